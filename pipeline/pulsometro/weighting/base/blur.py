"""A factor under a secret key that keeps the final weight from telling how many adults live in a home.

Inside a calibration cell all that tells two weights apart is adults ÷ lines: whoever has the weights has both. The
factor is drawn once for each respondent, from its folio and the study's key, before anything is calibrated; it is the
same in every replicate, so that the released weights are the published ones. It has mean one and is independent of
every answer: estimates stay unbiased, and their errors grow as for any other inequality of the weights (Kish).
"""

import hmac
from statistics import NormalDist
from typing import Any

import numpy as np

from pulsometro.weighting.arrays import Floats

_BITS = 53
# Farther out a factor would be another extreme weight.
_MOST = 2.5


def blur_factors(folios: Any, wave: str, key: bytes, spread: float) -> Floats:
    """(n,) factors with mean one: exp(``spread`` × z − c), z standard normal, cut at ±2.5, of each folio under the key.

    ``folios``: (n,) text; ``spread``: standard deviation of the factors' logarithm, 0 for none. c makes the cut
    distribution's mean one: c = s²/2 + ln[(Φ(2.5 − s) − Φ(−2.5 − s)) ÷ (Φ(2.5) − Φ(−2.5))].

    >>> bool(np.all(blur_factors(["a", "b"], "2013T2", b"a key", 0.0) == 1.0))
    True
    """
    normal = NormalDist()
    low, high = normal.cdf(-_MOST), normal.cdf(_MOST)
    inside = (normal.cdf(_MOST - spread) - normal.cdf(-_MOST - spread)) / (high - low)
    centre = spread**2 / 2 + float(np.log(inside))
    z = [normal.inv_cdf(low + (high - low) * _uniform(str(folio), wave, key)) for folio in folios]
    return np.asarray(np.exp(spread * np.array(z, dtype=np.float64) - centre), dtype=np.float64)


def _uniform(folio: str, wave: str, key: bytes) -> float:
    """A number inside (0, 1) that only the key tells."""
    digits = hmac.digest(key, f"{wave} {folio}".encode(), "sha256")
    return (int.from_bytes(digits[:7], "big") % (1 << _BITS) + 0.5) / (1 << _BITS)
