"""What a crawl takes in, and in which order."""
