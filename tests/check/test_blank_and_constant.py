"""Every rule meets every column of the second of two waves blank, or one answer for everybody, and none breaks."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pytest

from pulsometro.check.gathering import gather
from pulsometro.check.great_expectations.engine import Engine
from pulsometro.check.rule import Evidence
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_table
from pulsometro.ingest import stage as ingest
from pulsometro.ingest.delivery_record import DeliveryRecord, load_delivery
from pulsometro.study import Study, load_study
from tests.small_study import WAVES, make_study

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Second:
    """The second wave as ingested, beside an earlier one."""

    study: Study
    responses: pd.DataFrame
    delivery: DeliveryRecord

    def gathered(self, responses: pd.DataFrame) -> Evidence:
        """What the rules would look at if these were the responses."""
        return gather(self.study, WAVES[1], responses, self.delivery)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Second:
    study = load_study(make_study(tmp_path_factory.mktemp("study")))
    for wave in WAVES:
        ingest.run(study, wave)
    responses = read_table(study.processed(WAVES[1], "responses.parquet"))
    return Second(study, responses, load_delivery(study, WAVES[1]))


def spoilt(responses: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The responses with one column after another blank, then constant, then with one answer in two rows alone."""
    for name in responses.columns:
        if name == "folio":
            continue
        column = responses[name]
        yield f"{name} blank", responses.assign(**{name: column.where(pd.Series(False, index=column.index))})
        answered = column.dropna()
        if len(answered):
            same = pd.Series([answered.iloc[0]] * len(column), index=column.index).astype(column.dtype)
            yield f"{name} constant", responses.assign(**{name: same})
            few = pd.Series(column.index.isin(answered.index[:2]), index=column.index)
            yield f"{name} in two rows", responses.assign(**{name: column.where(few)})


def test_no_rule_breaks_on_a_blank_or_constant_column(second: Second) -> None:
    broken = []
    for what, responses in spoilt(second.responses):
        try:
            second.gathered(responses)
        except PulsoError:  # one sentence that refuses the wave is an answer
            continue
        except Exception as error:
            broken.append(f"{what}: {type(error).__name__}: {error}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("rows", [0, 1, 2, 9])
def test_no_rule_breaks_on_few_rows(second: Second, rows: int) -> None:
    second.gathered(second.responses.head(rows))


def test_the_engine_looks_at_everything_that_a_blank_file_leaves(second: Second) -> None:
    kept = ["folio", second.study.params.check.area]
    blank = second.responses.copy()
    for name in blank.columns.difference(kept):
        blank[name] = blank[name].where(pd.Series(False, index=blank.index))
    outcomes = list(Engine().run(WAVES[1], second.gathered(blank)))
    assert [o.rule.id for o in outcomes if o.error] == []
    assert [o for o in outcomes if not o.passed]
