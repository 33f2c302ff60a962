"""What `--help` says: the commands by what they are for, and Chinese texts."""
