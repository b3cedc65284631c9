"""Charts with their words: what is drawn, for which sizes, and what is said to those who do not see it."""
