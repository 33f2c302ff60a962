"""What is read of an answer, and for what it was asked: all that the processes that read need, and no database."""
