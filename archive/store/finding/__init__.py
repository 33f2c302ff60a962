"""What search looks things up in, beside the full text: the index of names, and the searches that are kept."""
