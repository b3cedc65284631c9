"""Rows that ``delivery.skip_rows`` says are no interviews: left out and noted; an interview is never lost so."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.delivery_record import Note
from pulsometro.ingest.harmonise.total_rows import is_total
from pulsometro.ingest.read.delivered import Delivered, code_text


def left_out(
    delivered: Delivered, rows: Sequence[int], path: Path, respondent: Sequence[str],
    answered: Callable[[Delivered], np.ndarray],
) -> Delivered:  # fmt: skip
    """The delivery without the file's ``rows``.

    ``answered``: of a delivery of few rows, the mask of those of which most is an answer. Raises PulsoError for a row
    below the file's last one, and for one that holds an interview.
    """
    if not rows:
        return delivered
    frame = delivered.frame
    beyond = [row for row in rows if row > frame.index.max()]
    if beyond:
        raise PulsoError(
            f"{path}: delivery.skip_rows names row {beyond[0]}, and the file ends in row {frame.index.max()}; correct "
            "it in the questionnaire."
        )
    gone = frame.index.isin(list(rows))
    for number in frame.index[gone]:
        part = frame.loc[[number]]
        folio = [text for name in respondent if (text := code_text(part.iloc[0][name]))]
        named = bool(folio) and not is_total(folio[0])
        if named and answered(replace(delivered, frame=part)).any():
            raise PulsoError(
                f"{path}, row {number}: it holds an interview's answers, which delivery.skip_rows would lose; take "
                f"{number} out of it."
            )
    if not gone.any():
        return delivered
    note = Note("skipped_rows", ", ".join(str(number) for number in frame.index[gone]))
    return replace(delivered, frame=frame.loc[~gone], notes=(*delivered.notes, note))
