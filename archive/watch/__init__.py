"""What changed and what vanished: the states of an article, and what a revision changed."""
