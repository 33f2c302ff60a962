"""What can be asked of the archive, and how an answer is shown."""
