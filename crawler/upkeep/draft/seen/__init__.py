"""What is seen of a page: by its witnesses, by the names of its elements, and by the archive."""
