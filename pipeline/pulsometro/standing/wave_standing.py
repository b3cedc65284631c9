"""Where one wave stands: what its stages left, and what comes next."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from pulsometro.check.signoffs import load_exceptions, path_of
from pulsometro.check.verdict import Verdict, Word, load_verdict
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_json
from pulsometro.graph.fingerprints import of_delivery
from pulsometro.ingest.delivery_record import Counts, load_delivery
from pulsometro.standing.sign_off_authors import authors_of
from pulsometro.study import Study
from pulsometro.study.open_decisions import open_in
from pulsometro.study.withheld import RECORD, Withheld, withheld_before

State = Literal["not delivered", "undecided", "withheld", "to read", "to check", "stopped", "to run", "published"]
# What a stage leaves where it could do its work.
_MADE = {"weight": "weighting.json", "estimate": "estimates.parquet", "audit": "audit.json"}


@dataclass(frozen=True)
class SignOff:
    """A failed rule that somebody accepted: why, and whoever committed it (None: nobody knows yet)."""

    rule: str
    because: str
    by: str | None
    on: str | None


@dataclass(frozen=True)
class Standing:
    """One wave: ``missing`` delivered files, ``undecided`` TODOs of its questionnaire and settings, whether what was
    delivered ``changed`` since the last run, ``counts`` of the rows read, ``verdict`` of the checks with the rules that
    failed and nobody ``signed`` off, which stages ``made`` their work, brief and microdata where they are published.

    ``unreadable``: a record that another version wrote, or that is damaged; ``next``: what comes, in words;
    ``command``: what to type for it, "" where it is no command.
    """

    wave: str
    period: str
    state: State
    missing: tuple[str, ...]
    undecided: int
    changed: bool
    counts: Counts | None
    verdict: Word | None
    failed: tuple[str, ...]
    signed: tuple[SignOff, ...]
    made: tuple[str, ...]
    brief: str | None
    release: str | None
    withheld: Withheld | None
    unreadable: str
    next: str
    command: str


def standing_of(study: Study, wave: str) -> Standing:
    """Where the wave stands; nothing is run, no table is read."""
    unreadable: list[str] = []
    missing = tuple(
        path.relative_to(study.root).as_posix()
        for path in (study.raw(wave), study.attempts(wave)) if path is not None and not path.is_file()
    )  # fmt: skip
    undecided = _undecided(study, wave)
    withheld = _tried(lambda: withheld_before(study, wave, ""), unreadable)
    counts = _counts(study, wave, unreadable)
    verdict = _verdict(study, wave, unreadable)
    signed = _signed(study, wave, unreadable)
    made = tuple(stage for stage, name in _MADE.items() if study.processed(wave, name).is_file())
    brief, release = _published(study, wave, withheld)
    changed = not missing and _is_changed(study, wave)
    done = (brief or not study.params.publish.reports) and (release or not study.params.releases) and "audit" in made
    state = _state(missing, undecided, withheld, changed, counts, verdict, bool(done))
    if missing and study.wave(wave).simulated:
        words, command = "simulate it, and all that follows", "pulso run"
    else:
        words, command = _next(wave, state, missing, undecided, withheld, bool(unreadable))
    failed = tuple(rule.id for rule in verdict.failed if not rule.accepted) if verdict else ()
    return Standing(
        wave, study.wave(wave).period, state, missing, undecided, changed, counts, verdict.verdict if verdict else None,
        failed, signed, made, brief, release, withheld, " ".join(unreadable), words, command,
    )  # fmt: skip


def _tried(read: Any, unreadable: list[str]) -> Any:
    """What is read, or None and why not."""
    try:
        return read()
    except PulsoError as error:
        unreadable.append(str(error))
        return None


def _undecided(study: Study, wave: str) -> int:
    """What is still TODO of the wave: lines of its questionnaire, comments left out, and keys in params.yaml."""
    path = study.questionnaires / f"{wave}.yaml"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    written = sum(re.search(r"\bTODO\b", re.sub(r"(^|\s)#.*", "", line)) is not None for line in lines)
    return written + len(open_in(study.root, wave))


def _counts(study: Study, wave: str, unreadable: list[str]) -> Counts | None:
    if not study.processed(wave, "delivery.json").is_file():
        return None
    record = _tried(lambda: load_delivery(study, wave), unreadable)
    return record.counts if record else None


def _verdict(study: Study, wave: str, unreadable: list[str]) -> Verdict | None:
    """The verdict, where it is of what was read last."""
    if not study.checks(wave).is_file():
        return None
    verdict: Verdict | None = _tried(lambda: load_verdict(study, wave), unreadable)
    if verdict is not None and verdict.delivery is not None and study.processed(wave, "delivery.json").is_file():
        record = _tried(lambda: load_delivery(study, wave), [])
        if record is not None and record.reading != verdict.delivery:
            return None
    return verdict


def _signed(study: Study, wave: str, unreadable: list[str]) -> tuple[SignOff, ...]:
    accepted = _tried(lambda: load_exceptions(study, wave), unreadable) or {}
    authors = authors_of(path_of(study), wave, accepted) if accepted else {}
    return tuple(SignOff(rule, why, authors[rule].name, authors[rule].day) for rule, why in accepted.items())


def _published(study: Study, wave: str, withheld: Withheld | None) -> tuple[str | None, str | None]:
    """The brief and the folder of microdata, where they are the wave's own and not the page that says why not."""
    brief, release = study.site / wave / "brief.html", study.release(wave)
    stopped = withheld is not None and withheld.stage != "release"
    shown = brief.is_file() and not stopped and not (study.processed(wave, "report") / RECORD).is_file()
    given = release.is_dir() and withheld is None and any(path.name != "README.md" for path in release.iterdir())
    paths = (brief if shown else None, release if given else None)
    first, second = (path.relative_to(study.root).as_posix() if path else None for path in paths)
    return first, second


def _is_changed(study: Study, wave: str) -> bool:
    """Whether the delivered files are others than at the last run; false where there was none."""
    path = study.root / "processed" / "deliveries" / f"{wave}.json"
    if not path.is_file():
        return False
    then = _tried(lambda: read_json(path), [])
    if not isinstance(then, dict):
        return False
    return {name: entry for name, entry in then.items() if name != "again"} != of_delivery(study, wave)


def _state(
    missing: tuple[str, ...], undecided: int, withheld: Withheld | None, changed: bool, counts: Counts | None,
    verdict: Verdict | None, done: bool,
) -> State:  # fmt: skip
    if missing:
        return "not delivered"
    if undecided:
        return "undecided"
    if changed:
        return "to read"
    if withheld is not None:
        return "withheld"
    if counts is None:
        return "to read"
    if verdict is None:
        return "to check"
    if verdict.verdict == "stop":
        return "stopped"
    return "published" if done else "to run"


def _next(
    wave: str, state: State, missing: tuple[str, ...], undecided: int, withheld: Withheld | None, unreadable: bool
) -> tuple[str, str]:
    """What comes next, in words, and what to type."""
    if unreadable and state not in ("not delivered", "undecided"):
        return "make its records again", "pulso run"
    if state == "withheld" and withheld is not None:
        command = f"pulso check {wave}" if withheld.stage == "check" else "pulso run"
        return f"{withheld.sentence.rstrip('.')}; then", command
    return {
        "not delivered": (f"put {' and '.join(missing)} there", ""),
        "undecided": (
            f"decide what is TODO ({undecided}) in questionnaires/{wave}.yaml and waves.{wave} of params.yaml",
            f"pulso ingest {wave}",
        ),
        "withheld": ("see why", "pulso run"),
        "to read": ("read the delivery", f"pulso ingest {wave}"),
        "to check": ("check it", f"pulso check {wave}"),
        "stopped": ("see what failed, and correct it or sign it off", f"pulso check {wave}"),
        "to run": ("weight, estimate and publish it", "pulso run"),
        "published": ("nothing", ""),
    }[state]
