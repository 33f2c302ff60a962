"""Programs that read an export."""
