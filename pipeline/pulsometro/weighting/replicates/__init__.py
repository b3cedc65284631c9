"""Replicate weights: drawn, then weighted as the full sample was."""
