"""Rows set aside, each with its reasons; nothing is lost."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.delivery_record import Counts
from pulsometro.ingest.harmonise.crosswalk import Problem

COLUMNS = ("row", "folio", "item", "reason")


def separate(responses: pd.DataFrame, problems: Iterable[Problem]) -> tuple[pd.DataFrame, pd.DataFrame, Counts]:
    """Accepted responses (new index), the quarantine (row, folio, item, reason) and the counts."""
    bad = np.zeros(len(responses), dtype=bool)
    parts, by_reason = [], {}
    masks: dict[str, np.ndarray] = {}
    for problem in problems:
        bad |= problem.rows
        rows = responses.index[problem.rows]
        folios = responses["folio"].loc[rows].fillna("")
        parts.append(
            pd.DataFrame({"row": rows, "folio": folios.to_numpy(), "item": problem.item, "reason": problem.reason})
        )
        masks[problem.reason] = masks.get(problem.reason, False) | problem.rows
    by_reason = {reason: int(mask.sum()) for reason, mask in sorted(masks.items())}
    empty = pd.DataFrame({name: [] for name in COLUMNS})
    table = pd.concat(parts, ignore_index=True) if parts else empty
    table = table.astype({"row": "Int64", "folio": "string", "item": "string", "reason": "string"})
    table = table.sort_values(["row", "item", "reason"], kind="stable").reset_index(drop=True)
    accepted = responses.loc[~bad].reset_index(drop=True)
    pairs = (table["reason"] + "/" + table["item"]).value_counts().sort_index()
    by_item = {str(pair): int(rows) for pair, rows in pairs.items()}
    counts = Counts(len(responses), len(accepted), int(table["row"].nunique()), by_reason, by_item)
    refuse_lost(counts)
    return accepted, table, counts


def refuse_lost(counts: Counts) -> None:
    """Raise PulsoError when a delivered row is neither accepted nor quarantined, or both."""
    if counts.delivered != counts.accepted + counts.quarantined:
        raise PulsoError(
            f"ingest lost rows: {counts.delivered} delivered, {counts.accepted} accepted, {counts.quarantined} "
            "quarantined; this is a defect of the pipeline, report it."
        )
