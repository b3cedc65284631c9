"""The fragments of each page."""
