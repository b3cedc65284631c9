"""Cells in which somebody could be recognised, those that would give them back, and what an attacker could have."""
