"""The process that a run works in: Scrapy with our settings."""
