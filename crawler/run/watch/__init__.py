"""What a run measures, and whether it left what is usual (docs/alarms.md)."""
