"""Cells in which somebody could be recognised, and the attack that finds what is left."""
