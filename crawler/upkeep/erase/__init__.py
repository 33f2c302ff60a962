"""Records taken out of WARC files for good, with the text that they show."""
