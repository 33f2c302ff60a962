"""Commands that show and compare texts and pages."""
