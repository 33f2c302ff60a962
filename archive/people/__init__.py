"""What people say of articles, written down: tags, notes, corrections, withdrawals. What a person said, no machine
undoes."""
