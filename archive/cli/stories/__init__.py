"""Commands that ask what only this archive can answer."""
