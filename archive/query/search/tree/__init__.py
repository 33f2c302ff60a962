"""A query's tree as a condition on articles."""
