"""What the demo portal publishes: invented stories, who carries them, and what is true of each."""
