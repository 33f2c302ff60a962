"""The schema's history, one file a step: NNNN_what.py, where NNNN is its revision (archive.store.schema reads the
names)."""
