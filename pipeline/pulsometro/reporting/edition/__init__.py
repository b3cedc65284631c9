"""What an edition publishes: its facts, rows and themes, as every page reads them."""
