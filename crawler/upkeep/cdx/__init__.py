"""The index of an archive's WARC files that replay programs read."""
