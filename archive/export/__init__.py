"""The archive for other programs: a fixed, versioned format (docs/data.md)."""
