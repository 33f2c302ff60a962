"""An archive that nobody wrote: its articles, the copies of them, and the notices that stand on them."""
