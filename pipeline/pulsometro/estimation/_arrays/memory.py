"""Memory that is used again: filling fresh pages can take as long as the sums that go into them."""

import numpy as np

# As large as what is made for all rows of a large sample, and larger than what is made for some of them.
KEPT_BYTES = 2**23


def keep_blocks() -> None:
    """Let memory of this size be used again: until a block as large was freed, glibc gives each back to the system."""
    np.empty(KEPT_BYTES, dtype=np.uint8)
