"""Comparisons: changes between waves, differences between domains, trends, ranks, contrasts."""
