"""Arrays of whole numbers and memory that is used again."""
