"""Who answered, with the weights, and who was called: a wave's responses and weights are joined here alone."""

from pathlib import Path

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_table
from pulsometro.study.parameters import Study

FOLIO = "folio"


def load_respondents(study: Study, wave: str) -> pd.DataFrame:
    """The wave's responses with their weights as the earlier stages wrote them; raises as ``with_weights``."""
    path = study.processed(wave, "weights.parquet")
    return with_weights(read_table(study.processed(wave, "responses.parquet")), read_table(path), path, wave)


def load_attempts(study: Study, wave: str) -> pd.DataFrame | None:
    """A row per call as ingest kept them; None where the wave has no file of call attempts."""
    return read_table(study.processed(wave, "attempts.parquet")) if study.wave(wave).attempts else None


def with_weights(responses: pd.DataFrame, weights: pd.DataFrame, path: Path, wave: str) -> pd.DataFrame:
    """A row per respondent, in the order of the weights: their columns, then those of the responses that these lack.

    ``path``: where the weights are from, for the message. As many come out as go in: raises PulsoError when the two
    are not of the same respondents, or one of them has a respondent twice.
    """
    before, after = responses[FOLIO], weights[FOLIO]
    apart = [*after[~after.isin(before)], *before[~before.isin(after)], *after[after.duplicated()]]
    if apart or before.duplicated().any():
        first = (apart or [*before[before.duplicated()]])[0]
        raise PulsoError(
            f"{path}: the weights ({len(weights):,} rows) and the responses ({len(responses):,}) are not of the same "
            f"respondents (first: {first}); run 'pulso weight {wave}' again."
        )
    repeated = [name for name in weights.columns if name in responses.columns and name != FOLIO]
    return weights.merge(responses.drop(columns=repeated), on=FOLIO, validate="1:1")
