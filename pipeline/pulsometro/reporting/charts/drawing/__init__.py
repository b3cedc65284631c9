"""Charts: each is drawn wide and, again, for a narrow screen; alt text comes from ``sentences``."""
