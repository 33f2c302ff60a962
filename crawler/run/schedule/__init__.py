"""When a stored article is looked at again, and by whom."""
