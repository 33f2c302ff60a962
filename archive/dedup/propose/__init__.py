"""Which stored texts may be related: sampled shingles, signatures, and the furniture that does not count."""
