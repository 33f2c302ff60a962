"""The archive for people who write SQL: views that say what they mean, which can only be read."""
