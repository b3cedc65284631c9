"""How well respondents hide among each other in released rows, measured and mended: pure functions, no settings."""
