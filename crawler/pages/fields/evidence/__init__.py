"""Fields of a page without a template, by evidence: all that may be one is collected, typed, and chosen together."""
