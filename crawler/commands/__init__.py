"""Commands that replace Scrapy's own."""
