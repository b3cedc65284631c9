"""From a printed number to the row, formula and file it comes from."""
