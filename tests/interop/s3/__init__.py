"""A server of the S3 protocol, which keeps what `jianbao bulk` reads and writes."""
