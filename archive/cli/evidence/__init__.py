"""Commands for what an article is cited by."""
