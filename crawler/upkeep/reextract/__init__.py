"""Today's rules over the captures that are there: what they would change, and the change itself."""
