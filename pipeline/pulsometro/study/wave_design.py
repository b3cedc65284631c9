"""What one wave weighs or estimates otherwise than the study: its own keys over the study's, key by key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from pulsometro.settings.configuration import examine
from pulsometro.settings.estimation_settings import EstimationSettings
from pulsometro.settings.faults import Fault, shown
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.study.parameters import Params

_KINDS: Mapping[str, type[Any]] = {"weighting": WeightingSettings, "estimation": EstimationSettings}


@dataclass(frozen=True)
class DesignSettings:
    """How one wave is weighted and estimated: the study's sections with the wave's own keys in their place."""

    weighting: WeightingSettings
    estimation: EstimationSettings


def design_of(params: Params, wave: str) -> DesignSettings:
    """The settings of a wave of params that were found sound."""
    made, _ = _examined(params, wave)
    return DesignSettings(made.get("weighting", params.weighting), made.get("estimation", params.estimation))


def own_faults(params: Params) -> Iterator[Fault]:
    """What is wrong in the keys that waves have of their own, told by the wave's key."""
    for key in params.waves:
        yield from _examined(params, key)[1]


def with_own(params: Params) -> Iterator[tuple[str, Params]]:
    """Each wave that has keys of its own and can be read, with the params that hold for it."""
    for key, wave in params.waves.items():
        made, faults = _examined(params, key)
        if made and not faults and (wave.weighting is not None or wave.estimation is not None):
            yield key, replace(params, **made)


def _examined(params: Params, wave: str) -> tuple[dict[str, Any], list[Fault]]:
    """The sections that a wave has keys of, merged, and what is wrong in them."""
    made: dict[str, Any] = {}
    found: list[Fault] = []
    for name, kind in _KINDS.items():
        own = getattr(params.waves[wave], name)
        if own is None:
            continue
        section = getattr(params, name)
        merged = {each.name: getattr(section, each.name) for each in fields(section)} | dict(own)
        prefix = f"waves.{shown(wave)}.{name}"
        value, faults = examine(kind, merged, prefix)
        for fault in faults:
            text = fault.text if prefix in fault.text else f"{prefix}: {fault.text}"
            found.append(Fault(text, ("waves", wave, name, *fault.place)))
        if value is not None:
            made[name] = value
    return made, found
