"""Text for comparing, searching and showing: folded, cleaned, cut into tokens. Pure."""
