"""The ingest stage: a delivery in, responses and quarantine out, every row accounted for."""

from dataclasses import asdict
from functools import partial
from pathlib import Path

import pandas as pd

from pulsometro.common.counted import tallied
from pulsometro.common.files import write_record, write_table
from pulsometro.ingest.attempts import read_attempts
from pulsometro.ingest.delivery_record import NAME as DELIVERY
from pulsometro.ingest.delivery_record import DeliveryRecord
from pulsometro.ingest.harmonise.areas import alias_table, refuse_other_areas
from pulsometro.ingest.reading import Ingested, Tell, read
from pulsometro.study import Study
from pulsometro.study.quarantine_reasons import REASONS
from pulsometro.study.withheld import carried


def run(study: Study, wave: str, tell: Tell = str) -> str:
    """Ingest one wave: write its responses, quarantine, delivery record and call attempts, all or none.

    Returns the counts as text. Raises WaveWithheld with what ``read`` says; then the folder holds that record alone,
    so that nothing of an earlier delivery outlives one that is refused now.
    """
    return carried(study, wave, "ingest", partial(_ingest, study.of_wave(wave), wave, tell))


def _ingest(study: Study, wave: str, tell: Tell, folder: Path) -> str:
    ingested = read(study, wave, tell)
    attempts = None
    if study.wave(wave).attempts:
        tell(f"{wave}: reading {study.wave(wave).attempts}")
        attempts = read_attempts(study, wave, alias_table(study.places))
        refuse_other_areas(study, wave, attempts, study.attempts(wave), "calls")
    tell(f"{wave}: writing {tallied(len(ingested.responses), 'response')}")
    write_record(asdict(_record(study, wave, ingested, attempts)), folder / DELIVERY)
    if attempts is not None:
        write_table(attempts, folder / "attempts.parquet")
    write_table(ingested.quarantine, folder / "quarantine.parquet")
    write_table(ingested.responses, folder / "responses.parquet")
    return _printed(study, wave, ingested)


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
        f"  {tallied(counts.delivered, 'row')} = {counts.accepted:,} accepted + {counts.quarantined:,} quarantined",
    ]
    lines += [f"    {n:,} {reason.replace('_', ' ')} ({REASONS[reason]})" for reason, n in counts.by_reason.items()]
    lines += [f"  note: {_shortened(note.english)}" for note in ingested.delivered.notes]
    differing = [d for d in ingested.differences if d.kind not in {"not_asked", "code_without_label"}]
    unasked = sum(d.kind == "not_asked" for d in ingested.differences)
    lines.append(
        f"  {tallied(len(differing), 'metadata difference')}, {tallied(unasked, 'column')} delivered but not asked"
    )
    return "\n".join(lines)


def _shortened(text: str, longest: int = 160) -> str:
    return text if len(text) <= longest else text[:longest].rpartition(", ")[0] + " …"
