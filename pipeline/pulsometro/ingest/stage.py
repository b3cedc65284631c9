"""The ingest stage: a delivery in, responses and quarantine out, every row accounted for."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_record, write_table
from pulsometro.ingest.attempts import read_attempts
from pulsometro.ingest.delivery_record import NAME as DELIVERY
from pulsometro.ingest.delivery_record import Counts, DeliveryRecord, Difference, Note
from pulsometro.ingest.harmonise.areas import alias_table, refuse_other_areas
from pulsometro.ingest.harmonise.blank_words import emptied
from pulsometro.ingest.harmonise.clock import Clock, clock_of
from pulsometro.ingest.harmonise.crosswalk import Plan, harmonised, interviewers, plan, present
from pulsometro.ingest.harmonise.date_causes import better_way, other_wave
from pulsometro.ingest.harmonise.heading_rows import without_headings
from pulsometro.ingest.harmonise.headings import shown_all, shown_headings
from pulsometro.ingest.harmonise.metadata import compare
from pulsometro.ingest.harmonise.notes import kept_skips, quirks
from pulsometro.ingest.harmonise.number_marks import file_marks
from pulsometro.ingest.harmonise.numerals import Marks, declared_marks
from pulsometro.ingest.harmonise.plain_texts import with_plain_texts
from pulsometro.ingest.harmonise.routing import route
from pulsometro.ingest.harmonise.servers import (
    refuse_other_words,
    server_columns,
    verdict_columns,
    verdicts_in,
)
from pulsometro.ingest.harmonise.skipped_cells import not_asked, refuse_filled
from pulsometro.ingest.harmonise.telephones import fingerprint, wave_key
from pulsometro.ingest.harmonise.total_rows import refuse_total_rows
from pulsometro.ingest.quarantine import separate
from pulsometro.ingest.read.delivered import Delivered
from pulsometro.ingest.read.readers import read_delivery
from pulsometro.study import Study
from pulsometro.study.quarantine_reasons import REASONS
from pulsometro.study.withheld import carried

# Outside fieldwork, and all of it inside were days and months exchanged: then they are.
_TURNED = 0.05
Tell = Callable[[str], object]


@dataclass(frozen=True)
class Ingested:
    """A wave as accepted: responses, quarantine, counts, metadata differences, how it was read.

    ``telephone_key``: fingerprint of the key under which telephones became codes; None where there are none.
    """

    responses: pd.DataFrame
    quarantine: pd.DataFrame
    counts: Counts
    differences: tuple[Difference, ...]
    delivered: Delivered
    kept_skips: dict[str, int]
    telephone_key: str | None


def read(study: Study, wave: str, tell: Tell = str) -> Ingested:
    """Read and harmonise one wave without writing anything; ``tell`` is called with what is under way.

    Raises PulsoError in one sentence naming file, column, value and rows.
    """
    questionnaire = study.questionnaire(wave)
    path = study.raw(wave)
    roles = study.params.check.roles
    areas = alias_table(study.params.municipalities)
    reading = plan(questionnaire, roles.items)
    source = study.questionnaires / f"{wave}.yaml"
    key = wave_key(study.root, study.wave(wave).simulated) if roles.phone in reading.items else None
    clock = clock_of(study, wave, questionnaire.delivery)
    tell(f"{wave}: reading {path.name}")

    def wanted(columns: tuple[str, ...]) -> tuple[str, ...]:
        named = present(reading, path, source, columns)
        return tuple(dict.fromkeys((*named, *server_columns(columns, reading))))

    delivered = read_delivery(path, questionnaire.delivery, wanted)
    delivered = with_plain_texts(delivered, questionnaire.delivery)
    tell(f"{wave}: {len(delivered.frame):,} rows through the crosswalk")
    delivered = emptied(delivered, questionnaire.delivery.blank)
    delivered = without_headings(delivered, questionnaire, reading, areas, path, clock)
    refuse_total_rows(delivered, reading, declared_marks(questionnaire.delivery), path)
    marks = file_marks(delivered.frame, questionnaire, reading, path)
    responses, problems = harmonised(
        delivered, questionnaire, reading, areas, path, roles.phone, marks, key, roles.interviewer, clock
    )
    told = verdict_columns(delivered.frame, delivered.columns, questionnaire, reading)
    delivered = replace(delivered, system=(*delivered.system, *told))
    if questionnaire.delivery.verdicts == "quarantine":
        refuse_other_words(delivered.frame, told, path, wave)
    verdicts = verdicts_in(delivered.frame, told)
    obeyed = verdicts if questionnaire.delivery.verdicts == "quarantine" else []
    problems += obeyed
    tell(f"{wave}: {len(delivered.frame):,} rows through the skips")
    routed, broken = route(responses, questionnaire, problems)
    found = {p.item: (p.rows, not_asked(routed, questionnaire, p.item)) for p in broken if p.reason == "skip_violation"}
    refuse_filled(delivered.frame, questionnaire, reading.items, path, found)
    if roles.date is not None and roles.date in routed:
        _refuse_other_wave(routed[roles.date], study, wave, path, partial(_why, delivered, reading, roles.date, clock),
                            partial(_turned, delivered, reading, roles.date, clock))  # fmt: skip
    accepted, quarantine, counts = separate(routed, [*problems, *broken])
    refuse_other_areas(study, wave, accepted, path)
    if not counts.accepted:
        worst = max(counts.by_reason, key=lambda reason: counts.by_reason[reason])
        item = quarantine.loc[quarantine["reason"] == worst, "item"].mode().iloc[0]
        hint = ", or say delivery.verdicts: keep" if item in told and obeyed else ""
        raise PulsoError(
            f"{path}: not one of {counts.delivered:,} rows can be accepted (most: {worst.replace('_', ' ')} in "
            f"item {item}); check delivery.columns{hint} in {source.name}."
        )
    hidden = interviewers(delivered.frame, reading, roles.interviewer)
    differences = compare(delivered, questionnaire, reading, areas, hidden)
    detected = {**delivered.detected, **(_written(marks) if delivered.detected["format"] == "csv" else {})}
    notes = quirks(delivered, questionnaire, reading, responses, routed, clock)
    if verdicts:
        said = ", ".join(dict.fromkeys(problem.item for problem in verdicts))
        notes = (*notes, Note("verdicts_obeyed", said) if obeyed else Note("verdicts_kept", said))
    columns = shown_all(delivered.columns, shown_headings(delivered.columns, questionnaire, hidden))
    delivered = replace(delivered, columns=columns, detected=detected, notes=notes)
    kept = kept_skips(routed, questionnaire)
    shown_key = fingerprint(key) if key is not None else None
    return Ingested(accepted, quarantine, counts, differences, delivered, kept, shown_key)


def _written(marks: Marks) -> dict[str, str]:
    """How a text file's numbers were read, for its record."""
    thousands = {"thousands": marks.thousands} if marks.thousands is not None else {}
    return {"decimal": marks.decimal or ".", **thousands}


def run(study: Study, wave: str, tell: Tell = str) -> str:
    """Ingest one wave: write its responses, quarantine, delivery record and call attempts, all or none.

    Returns the counts as text. Raises WaveWithheld with what ``read`` says; then the folder holds that record alone,
    so that nothing of an earlier delivery outlives one that is refused now.
    """
    return carried(study, wave, "ingest", partial(_ingest, study, wave, tell))


def _ingest(study: Study, wave: str, tell: Tell, folder: Path) -> str:
    ingested = read(study, wave, tell)
    attempts = None
    if study.wave(wave).attempts:
        tell(f"{wave}: reading {study.wave(wave).attempts}")
        attempts = read_attempts(study, wave, alias_table(study.params.municipalities))
        refuse_other_areas(study, wave, attempts, study.attempts(wave), "calls")
    tell(f"{wave}: writing {len(ingested.responses):,} responses")
    write_record(asdict(_record(study, wave, ingested, attempts)), folder / DELIVERY)
    if attempts is not None:
        write_table(attempts, folder / "attempts.parquet")
    write_table(ingested.quarantine, folder / "quarantine.parquet")
    write_table(ingested.responses, folder / "responses.parquet")
    return _printed(study, wave, ingested)


def _why(delivered: Delivered, reading: Plan, name: str, clock: Clock, days: pd.Series, wave: str) -> str:
    crosswalk = reading.items[name]
    return other_wave(days, delivered.frame[crosswalk.name], name, crosswalk.format, wave, clock)


def _turned(delivered: Delivered, reading: Plan, name: str, clock: Clock) -> bool:
    """Whether every date lies in fieldwork once days and months are exchanged in a way of writing."""
    crosswalk = reading.items[name]
    return better_way(delivered.frame[crosswalk.name], crosswalk.format, clock, 0.999) is not None


def _refuse_other_wave(
    days: pd.Series,
    study: Study,
    wave: str,
    path: Path,
    why: Callable[[pd.Series, str], str],
    turned: Callable[[], bool],
) -> None:
    """Two waves' files exchanged look right in every other respect."""
    known = pd.to_datetime(days.dropna(), format="%Y-%m-%d", errors="coerce").dropna()
    dates = study.wave(wave).fieldwork
    inside = known.between(pd.Timestamp(dates.start), pd.Timestamp(dates.end))
    if len(known) and (inside.mean() < 0.5 or ((~inside).mean() > _TURNED and turned())):
        raise PulsoError(
            f"{path}: {(~inside).mean():.0%} of the interviews are dated outside the fieldwork of {wave} "
            f"({dates.start} to {dates.end}); {why(days, wave)}."
        )


def _record(study: Study, wave: str, ingested: Ingested, attempts: pd.DataFrame | None) -> DeliveryRecord:
    delivered = ingested.delivered
    return DeliveryRecord(
        study.wave(wave).file, delivered.size, dict(delivered.detected), delivered.notes, ingested.kept_skips,
        ingested.telephone_key, None if attempts is None else len(attempts), wave, delivered.columns, ingested.counts,
        ingested.differences,
    )  # fmt: skip


def _printed(study: Study, wave: str, ingested: Ingested) -> str:
    counts, detected = ingested.counts, ingested.delivered.detected
    how = ", ".join(
        f"{key} {value!r}" if key in {"delimiter", "decimal", "thousands"} else value
        for key, value in detected.items()
        if value and not key.endswith("_labels")
    )
    lines = [
        f"{wave}: {study.wave(wave).file} ({how})",
        f"  {counts.delivered:,} rows = {counts.accepted:,} accepted + {counts.quarantined:,} quarantined",
    ]
    lines += [f"    {n:,} {reason.replace('_', ' ')} ({REASONS[reason]})" for reason, n in counts.by_reason.items()]
    lines += [f"  note: {_shortened(note.english)}" for note in ingested.delivered.notes]
    differing = [d for d in ingested.differences if d.kind not in {"not_asked", "code_without_label"}]
    unasked = sum(d.kind == "not_asked" for d in ingested.differences)
    lines.append(f"  {len(differing)} metadata differences, {unasked} columns delivered but not asked")
    return "\n".join(lines)


def _shortened(text: str, longest: int = 160) -> str:
    return text if len(text) <= longest else text[:longest].rpartition(", ")[0] + " …"
