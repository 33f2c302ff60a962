"""Benchmarks of crawling."""
