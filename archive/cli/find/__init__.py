"""What is found: `jianbao search` and `saved`."""
