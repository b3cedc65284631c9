"""Calibration to control totals, with its margins, limits and trimming."""
