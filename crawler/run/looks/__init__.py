"""Known articles are looked at again."""
