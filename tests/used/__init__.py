"""An archive on which everything is done once, and every statement that is sent for it, by who sends it."""
