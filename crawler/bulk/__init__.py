"""`jianbao bulk`: any number of WARC files read into Parquet, on this machine or on Spark; and from there into an
archive."""
