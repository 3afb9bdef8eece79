"""How to write: one file per system written to, over the one engine in base.py."""
