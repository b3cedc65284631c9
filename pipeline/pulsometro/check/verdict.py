"""A wave's verdict: how it is kept, read, and what it forbids. Light: the weights stage imports it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.delivery_record import Counts, Difference, Reading
from pulsometro.settings.check_settings import Severity
from pulsometro.settings.configuration import STRICT
from pulsometro.study import Study
from pulsometro.study.wave_record import load_of_wave
from pulsometro.study.withheld import WaveWithheld, Withheld, record_of

Word = Literal["pass", "warn", "stop"]


@dataclass(frozen=True)
class RuleResult:
    """One rule's result; ``keys``: the first folios (or items, areas …) that failed, at most 20.

    ``accepted``: why a signed-off failure is accepted, else empty. ``error``: the rule itself
    broke (never a statement about the data). ``signable``: whether somebody's signature may accept the failure.
    """

    __pydantic_config__: ClassVar = STRICT
    id: str
    severity: Severity
    passed: bool
    looked_at: int
    count: int
    keys: tuple[str, ...]
    title: str
    remedy: str
    accepted: str = ""
    error: str = ""
    signable: bool = True

    @property
    def stops(self) -> bool:
        """Whether this result alone stops the wave."""
        return not self.passed and not self.accepted and (self.severity == "critical" or bool(self.error))


@dataclass(frozen=True)
class Unseen:
    """A rule that looked at nothing; ``why``: in the reader's words."""

    __pydantic_config__: ClassVar = STRICT
    id: str
    why: str


@dataclass(frozen=True)
class Verdict:
    """What the checks say of one wave.

    ``refused``: why ingest could not read it, else empty. What was not refused has ``counts`` of its rows,
    ``delivery`` (how it was read) and ``tables``, the small ones of the quality report with the ``facts`` beside them.
    ``unseen``: rules that had nothing to look at; they are not among ``rules``, and none of them passed.
    """

    __pydantic_config__: ClassVar = STRICT
    wave: str
    verdict: Word
    counts: Counts | None
    rules: tuple[RuleResult, ...]
    differences: tuple[Difference, ...] = ()
    delivery: Reading | None = None
    tables: Mapping[str, Any] | None = None
    refused: str = ""
    unseen: tuple[Unseen, ...] = ()

    @property
    def failed(self) -> tuple[RuleResult, ...]:
        """Rules that did not pass, the gravest first."""
        order = {"critical": 0, "warning": 1, "info": 2}
        return tuple(sorted((r for r in self.rules if not r.passed), key=lambda r: order[r.severity]))

    @property
    def asked(self) -> int:
        """How many rules the wave asks for, whether they could be looked at or not."""
        return len(self.rules) + len(self.unseen)

    @property
    def facts(self) -> Mapping[str, Any]:
        """Numbers about the whole delivery that the rules came upon, by name."""
        found: Mapping[str, Any] = (self.tables or {}).get("facts", {})
        return found

    @property
    def compared_with(self) -> str | None:
        """The earlier wave that this one was held against; None where there was none."""
        return self.facts.get("compared_with")


def decide(rules: tuple[RuleResult, ...]) -> Word:
    """stop: a critical rule failed and nobody signed it off; warn: something else failed."""
    if any(rule.stops for rule in rules):
        return "stop"
    return "warn" if any(not r.passed and r.severity != "info" for r in rules) else "pass"


def to_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain JSON content."""
    return asdict(verdict)


def load_verdict(study: Study, wave: str) -> Verdict:
    """The verdict that the check stage wrote; MachineError when it is missing, damaged or of another version."""
    return load_of_wave(Verdict, study.checks(wave), wave)


def refuse_if_stopped(study: Study, wave: str) -> None:
    """Raise WaveWithheld, in one sentence, when the wave's checks say stop."""
    verdict = load_verdict(study, wave)
    if verdict.verdict != "stop":
        return
    if verdict.refused:
        raise WaveWithheld(record_of(wave, "check", PulsoError(verdict.refused), study.root))
    stopping = [rule for rule in verdict.failed if rule.stops]
    more = f" and {len(stopping) - 1} more" if len(stopping) > 1 else ""
    signed = f", or sign it off with 'pulso check {wave} --accept {stopping[0].id} --because \"…\"'."
    remedy = f"see 'pulso check {wave}', correct the delivery"
    remedy += signed if stopping[0].signable else ": no stage could go on with it, signed or not."
    raise WaveWithheld(Withheld(wave, "check", wave, f"the critical rule {stopping[0].id}{more} failed", remedy))
