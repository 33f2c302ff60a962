"""Tests of what a crawl takes in."""
