"""Whether two texts are one story: what speaks against it, whether they share enough, what the headlines say."""
