"""Days at a scripted portal: what is published, edited, deleted and brought back there, and what the archive says."""
