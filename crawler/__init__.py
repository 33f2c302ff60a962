"""From a portal's list to one ingested article: sites, pages, the crawl, WARC files, and the `jianbao` command."""
