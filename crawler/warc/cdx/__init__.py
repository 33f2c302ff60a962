"""An index of WARC records as replay programs read it (CDXJ)."""
