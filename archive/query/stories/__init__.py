"""What only this archive can answer: which copies survive, where a sentence stood, who was first, what each copy
changed, who reprints whom."""
