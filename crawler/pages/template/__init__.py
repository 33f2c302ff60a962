"""Pages of a declared portal: what a site file declares, and how such a page is read."""
