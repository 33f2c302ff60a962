"""The steps. Each is frozen once released: it never imports a table from `archive`, which goes on changing."""
