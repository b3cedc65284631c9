"""What is fast: from rows to sums, variances and estimates. Nothing here is public."""
