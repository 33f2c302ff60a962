"""Who may ask which host when: the book that all processes share, and how this one keeps to it."""
