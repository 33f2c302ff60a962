"""The one transaction in which a capture and all that follows from it are stored."""
