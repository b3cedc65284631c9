"""The records of earlier stages that reports read as they are: of the right wave, or not at all."""

from typing import Any

from pulsometro.common.files import read_record
from pulsometro.common.sealing import damaged
from pulsometro.study import Study
from pulsometro.weighting.record import read_record as read_weighting


def weighting_of(study: Study, wave: str) -> dict[str, Any]:
    """What the weights' record of the wave says; MachineError where it is missing, damaged or another wave's."""
    path = study.processed(wave, "weighting.json")
    record = read_weighting(path)
    if record.wave != wave:
        raise damaged(path)
    return record.to_dict()


def verdict_of(study: Study, wave: str) -> dict[str, Any]:
    """What the checks said of the wave; MachineError where it is missing, damaged or another wave's."""
    path = study.checks(wave)
    content = read_record(path)
    if content.get("wave") != wave or "verdict" not in content:
        raise damaged(path)
    return content
