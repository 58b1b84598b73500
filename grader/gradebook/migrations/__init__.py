"""Migrations: a database of any earlier state -> the tables of models.py. Run by schema.py; never by hand."""
