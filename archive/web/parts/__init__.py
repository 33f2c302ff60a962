"""What several pages are made of: charts, and lists as files."""
