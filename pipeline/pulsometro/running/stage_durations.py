"""How long each stage took the last time that it ran, kept beside DVC's own scratch files: never in git."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from pulsometro.common.files import write_text
from pulsometro.running.chain_plan import Step

Seconds = Mapping[str, float]


def kept_in(root: Path) -> Path:
    """Where they are kept."""
    return root / ".dvc" / "tmp" / "pulso-durations.json"


def read_durations(root: Path) -> dict[str, float]:
    """Address → seconds of the stage's last run; nothing where no run was kept or the file cannot be read."""
    try:
        content = json.loads(kept_in(root).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {str(name): float(took) for name, took in content.items() if isinstance(took, int | float) and took >= 0}


def write_durations(root: Path, took: Seconds) -> None:
    """Keep them for the next run; a folder that cannot be written to costs no more than the time left."""
    try:
        write_text(json.dumps({name: round(seconds, 1) for name, seconds in sorted(took.items())}), kept_in(root))
    except OSError:
        return


def time_left(steps: Sequence[Step], done: Collection[str], ran: Collection[str], took: Seconds) -> float | None:
    """Seconds that the steps which are still to run will take, as they took before; None where that is not known.

    A step is counted where one that it waits for ran or is counted: what nothing changed for is not run by DVC.
    ``done``: addresses that are over; ``ran``: those of them that were run. A stage that never ran for a wave takes as
    long as it does for the others.
    """
    same: dict[str, list[float]] = {}
    for address, seconds in took.items():
        same.setdefault(address.partition("@")[0], []).append(seconds)
    changed = {step.address for step in steps if step.address in ran and not step.always}
    left = 0.0
    for step in steps:
        if step.address in done or not changed.intersection(step.after):
            continue
        changed.add(step.address)
        if step.stage not in same:
            return None
        left += took.get(step.address, fmean(same[step.stage]))
    return left


def spoken(seconds: float) -> str:
    """A duration for somebody who waits.

    >>> spoken(0.42), spoken(8.7), spoken(75), spoken(3700)
    ('0.4 s', '8.7 s', '1 min 15 s', '1 h 1 min')
    """
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def about(seconds: float) -> str:
    """A time that nobody can know well.

    >>> about(3.2), about(44), about(100), about(5000)
    ('5 s', '45 s', '2 min', '1 h 23 min')
    """
    if seconds < 57.5:
        return f"{max(5, round(seconds / 5) * 5)} s"
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
