"""Programs that replay archives."""
