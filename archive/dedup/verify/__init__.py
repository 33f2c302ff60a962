"""Whether two texts are the same story, decided on the aligned texts. Pure."""
