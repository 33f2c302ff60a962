"""The portals, one file each. Adding a portal means adding one file (docs/add-a-site.md)."""
