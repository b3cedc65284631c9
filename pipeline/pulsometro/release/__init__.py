"""What partners may have: one table without identifiers, in four formats, with its codebook."""
