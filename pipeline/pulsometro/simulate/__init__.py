"""Synthetic editions, calibrated on published figures, delivered as a fieldwork firm would."""
