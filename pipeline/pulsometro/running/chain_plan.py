"""Which stages a run goes through, as DVC names them, and which of them wait for which."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulsometro.graph.stages import KEY, Stage, stages_of
from pulsometro.study import Study


@dataclass(frozen=True)
class Step:
    """One stage of one run: ``address`` as DVC names it, ``stage``, ``wave`` ("" where it is of every wave), and the
    addresses that it waits for; ``always``: it runs whatever changed."""

    address: str
    stage: str
    wave: str
    after: tuple[str, ...]
    always: bool

    @property
    def words(self) -> str:
        """As the screen calls it.

        >>> Step("weight@2024T1", "weight", "2024T1", (), False).words
        'weight 2024T1'
        """
        return f"{self.stage} {self.wave}".strip()


def planned(study: Study, wave: str = "") -> tuple[Step, ...]:
    """Every step of a run in the order of the data; with ``wave`` those that its reports and its release need."""
    waves = list(study.waves)
    parts = [part for stage in stages_of(study) for part in _of_waves(stage, waves)]
    made = {path: address for address, _, _, stage in parts for path in stage[1]}
    steps = {
        address: Step(address, name, key, _makers(deps, address, made), always)
        for address, name, key, (deps, _, always) in parts
    }
    if not wave:
        return tuple(steps.values())
    wanted, waiting = set[str](), list(targets(study, wave))
    while waiting:
        address = waiting.pop()
        if address not in wanted:
            wanted.add(address)
            waiting += steps[address].after
    return tuple(step for address, step in steps.items() if address in wanted)


def targets(study: Study, wave: str = "") -> tuple[str, ...]:
    """What DVC is asked for: nothing in particular, or what is published of one wave."""
    if not wave:
        return ()
    last = [
        name for name, made in (("report", study.params.publish.reports), ("release", study.params.releases)) if made
    ]
    return tuple(f"{name}@{wave}" for name in last or ["audit"])


_Part = tuple[str, str, str, tuple[tuple[str, ...], tuple[str, ...], bool]]


def _of_waves(stage: Stage, waves: Sequence[str]) -> list[_Part]:
    """A stage, or one for each wave, with its paths written out."""
    outs = (*stage.outs, *stage.ledgers, *stage.metrics, *(stage.plots or {}))
    if not stage.each_wave:
        return [(stage.name, stage.name, "", (stage.deps, outs, stage.always))]
    return [
        (f"{stage.name}@{wave}", stage.name, wave,
         (tuple(d.replace(KEY, wave) for d in stage.deps), tuple(o.replace(KEY, wave) for o in outs), stage.always))
        for wave in waves
    ]  # fmt: skip


def _makers(deps: Sequence[str], address: str, made: dict[str, str]) -> tuple[str, ...]:
    """Who makes what a stage reads: a path, a folder above it, or something inside it."""
    found: dict[str, None] = {}
    for path in deps:
        above = path
        while above:
            if above in made:
                found[made[above]] = None
            above = above.rpartition("/")[0]
        found |= dict.fromkeys(maker for out, maker in made.items() if out.startswith(f"{path}/"))
    return tuple(maker for maker in found if maker != address)
