"""The quiet weeks: what shall stand in an account, brought about in a case, and taken back."""
