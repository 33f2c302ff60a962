"""Our own export, taken in: all its datasets, into an archive that is empty or has its own."""
