"""Readers: what a delivered file holds, whatever its format."""
