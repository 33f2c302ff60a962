"""The tables, the two databases that hold them, and the plain values that go in."""
