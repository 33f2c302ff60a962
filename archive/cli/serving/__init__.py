"""The commands that serve an archive to others."""
