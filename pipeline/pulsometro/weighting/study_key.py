"""The study's secret key: what of the weights and of the released rows nobody may be able to do again hangs on it.

Simulated waves, whose respondents are nobody, have one that everybody has: a fresh clone makes the same bytes.
"""

import hmac

from pulsometro.common.errors import MachineError
from pulsometro.common.secret_keys import SecretKey
from pulsometro.study.study_folder import Study

KEY = SecretKey("weights.key", "the weights", "after which no edition can be weighted again as it was published")
DEMONSTRATION_KEY = b"pulsometro: weights of nobody...".ljust(32, b".")
DEMONSTRATION = "demonstration"


def fingerprint(key: bytes) -> str:
    """What ``params.yaml`` says of a key: 16 hexadecimal digits, or the word ``demonstration``."""
    return DEMONSTRATION if key == DEMONSTRATION_KEY else hmac.digest(key, b"fingerprint", "sha256").hex()[:16]


def key_of_wave(study: Study, wave: str) -> bytes:
    """The key of a wave: the study's own, or of a simulated wave the one that everybody has.

    Raises MachineError when the study's key is missing or is another than ``weighting.blur.key`` says: other weights
    would be made of the same answers.
    """
    if study.wave(wave).simulated:
        return DEMONSTRATION_KEY
    declared = study.params.weighting.blur
    path, key = KEY.path(study.root), KEY.read(study.root)
    if key is None:
        told = " and write what that says under weighting.blur.key in params.yaml" if declared is not None else ""
        raise MachineError(
            f"{path}: the key of the weights is missing; put the team's copy there, or, before the first edition, make "
            f"it with 'pulso key'{told}."
        )
    if declared is not None and declared.key != fingerprint(key):
        raise MachineError(
            f"params.yaml: weighting.blur.key is '{declared.key}', and the key in {path} has the fingerprint "
            f"'{fingerprint(key)}'; put the team's copy of the key there, or, before the first edition, write that "
            "fingerprint in params.yaml."
        )
    return key
