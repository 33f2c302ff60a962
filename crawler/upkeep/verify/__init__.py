"""Whether an archive is as it should be: every record, every row, every index; and what can be mended, mended."""
