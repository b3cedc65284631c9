"""Base weights: the inverse of the selection probabilities."""
