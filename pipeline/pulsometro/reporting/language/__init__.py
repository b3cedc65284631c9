"""Spanish sentences in which every number is traced to its row."""
