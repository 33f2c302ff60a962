"""How two texts differ, for people who read them: paragraphs first, then characters. Pure."""
