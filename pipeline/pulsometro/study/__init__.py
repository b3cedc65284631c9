"""The study: params.yaml and the project's paths, read once and validated."""

from pulsometro.study.parameters import (
    ChangeSettings,
    EstimationSettings,
    FieldworkDates,
    Identity,
    Municipality,
    Study,
    Wave,
    find_root,
    load_study,
)

__all__ = [
    "ChangeSettings",
    "EstimationSettings",
    "FieldworkDates",
    "Identity",
    "Municipality",
    "Study",
    "Wave",
    "find_root",
    "load_study",
]
