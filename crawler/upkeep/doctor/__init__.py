"""Whether this machine can crawl into this archive: each check tells what it found, and the cure."""
