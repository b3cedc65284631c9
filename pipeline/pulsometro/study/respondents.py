"""Who answered, with the weights, and who was called: a wave's responses and weights are joined here alone."""

from pathlib import Path

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_table
from pulsometro.study.study_folder import Study

FOLIO = "folio"
HIDDEN = "released_keys.parquet"


def load_responses(study: Study, wave: str) -> pd.DataFrame:
    """A row per respondent, with the answers as they were given."""
    return read_table(study.processed(wave, "responses.parquet"))


def load_respondents(study: Study, wave: str) -> pd.DataFrame:
    """The wave's responses with their weights as the earlier stages wrote them; raises as ``with_weights``.

    Keys that the plan of the microdata leaves empty are empty here: what is estimated by a key are the rows that are
    released, so that no subtraction gives an empty one back.
    """
    path = study.processed(wave, "weights.parquet")
    responses = load_responses(study, wave)
    plan = study.params.release
    if plan is not None and study.params.releases and plan.main.blank:
        hidden = read_table(study.processed(wave, HIDDEN)).set_index(FOLIO)
        shown = hidden.reindex(responses[FOLIO])
        responses = responses.assign(**{name: shown[name].array for name in hidden.columns if name in responses})
    return with_weights(responses, read_table(path), path, wave)


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
