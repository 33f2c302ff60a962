"""Pages of nobody's template: where the text stands, and what it says."""
