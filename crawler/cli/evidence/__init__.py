"""Commands for what leaves the archive as evidence."""
