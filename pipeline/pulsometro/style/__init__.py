"""What a screen, a page and a check share: Spanish numbers and dates, colours, fonts."""
