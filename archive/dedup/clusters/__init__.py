"""Stories: which articles make one, how a person decides, and what a story says of itself."""
