"""From one answer to what the archive stores."""
