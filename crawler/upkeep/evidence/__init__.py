"""Evidence of articles: made from the archive, and verified without it."""
