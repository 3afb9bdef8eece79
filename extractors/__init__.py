"""How to read: one file per system, over the one engine in base.py."""
