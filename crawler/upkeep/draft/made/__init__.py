"""What is written of a draft: the site file, and a test page with text of our own."""
