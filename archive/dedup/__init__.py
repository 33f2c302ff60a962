"""Recognising the same story: folded texts, an index of sampled shingles in SQL, verification on the text, clusters."""
