"""Packages that outlive the archive: how they are written and how they are held against what they say, without it."""
