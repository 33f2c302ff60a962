"""Articles out of other people's files."""
