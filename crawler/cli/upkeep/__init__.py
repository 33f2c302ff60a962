"""The commands of `crawler.upkeep`."""
