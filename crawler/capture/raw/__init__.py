"""Raw pages as others ask for them: with their bytes, explained, inert."""
