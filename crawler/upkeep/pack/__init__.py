"""Captures as a WACZ file: records, an index of them, and pages with their clean text."""
