"""What an installation may set: every setting, and the one place that reads options, environment and file."""
