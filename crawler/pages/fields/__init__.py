"""What a page says of itself: its times, names, headline, machine-readable data, and the damage to its text."""
