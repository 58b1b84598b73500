"""Commands: one file each, the only place that prints. `main.py` holds the table of them."""
