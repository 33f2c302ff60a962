"""From bytes to a tree, and from a tree to the lines that a reader sees. It judges nothing."""
