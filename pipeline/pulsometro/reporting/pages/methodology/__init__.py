"""The methodology page: what a survey discloses of itself."""
