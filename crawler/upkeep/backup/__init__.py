"""A copy of the archive that can be put in its place: `jianbao backup`."""
