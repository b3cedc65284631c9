"""Weights with record: base, nonresponse, calibration by area, trimming, replicates.

Every step is a pure function of arrays that returns a frozen dataclass; only ``stage`` reads
and writes files. Import the modules you need: this package imports nothing by itself.
"""
