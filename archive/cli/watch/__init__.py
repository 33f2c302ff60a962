"""The commands that tell what happened to articles."""
