"""The archive: what was published, where, in which words, and who copied it. Never imports `crawler`."""
