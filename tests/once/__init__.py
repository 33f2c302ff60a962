"""What is done once for many tests: statements are compiled, modules imported."""
