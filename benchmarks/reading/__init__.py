"""Reading: search, and the web pages under load."""
