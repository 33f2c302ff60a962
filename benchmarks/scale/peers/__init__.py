"""What others do of this work, on the same texts and pages in the same run; what is not installed is left out."""
