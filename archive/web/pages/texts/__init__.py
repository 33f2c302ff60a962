"""Pages that hold texts against each other: a page line by line, two texts, a text that somebody brings."""
