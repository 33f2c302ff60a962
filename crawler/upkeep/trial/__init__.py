"""A site file tried on saved pages (`jianbao site check`), and the pages that it is tried on."""
