"""The pages and lists that the demo portal serves, in the shape of the real ones."""
