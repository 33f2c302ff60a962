"""Hosts in trouble: whether a try in vain was the address's own, or its host's."""
