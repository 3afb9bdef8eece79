"""The roof: which systems there are, the steps of a sync, settings, and the command line."""
