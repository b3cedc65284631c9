"""The verdict to read: a page for every wave, and the same in the terminal."""
