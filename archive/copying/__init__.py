"""An archive taken to another database, row for row."""
