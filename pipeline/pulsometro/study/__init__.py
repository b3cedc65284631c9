"""The study: params.yaml and the project's paths, read once and validated."""

from pulsometro.study.parameters import FieldworkDates, Identity, Place, Wave
from pulsometro.study.study_folder import Study, find_root, load_study

__all__ = [
    "FieldworkDates",
    "Identity",
    "Place",
    "Study",
    "Wave",
    "find_root",
    "load_study",
]
