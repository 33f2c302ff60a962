"""One run, from its lock to its verdict: what is due, what is stored, what a killed run left."""
