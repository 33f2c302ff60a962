"""The pages, each as a reader gets it."""
