"""What ``simulate:`` in params.yaml may say."""

from dataclasses import dataclass
from typing import ClassVar

from pulsometro.settings.configuration import STRICT


@dataclass(frozen=True)
class SimulateSettings:
    """How synthetic editions are made.

    ``seed``: fixed beforehand, never picked by its result. ``interviews_per_area``: completed
    interviews aimed at in each municipality. ``published``: CSV of the published shares that the
    synthetic population must equal. ``population``: CSV of the population by area, sex and age;
    ``source``: which of its sources (column ``source``), where it has several.
    ``assumptions``: YAML of everything else that the synthetic editions assume.
    """

    __pydantic_config__: ClassVar = STRICT
    seed: int
    interviews_per_area: int
    published: str
    population: str
    source: str = ""
    assumptions: str = "raw/reference/synthetic.yaml"
