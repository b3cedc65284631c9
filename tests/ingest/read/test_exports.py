"""Exports of survey servers are read by the questions' own names."""

from pathlib import Path

import pandas as pd
import pytest

from pulsometro.common.files import read_record
from pulsometro.ingest.read.exports import question_names
from pulsometro.ingest.stage import run
from tests.ingest import deliveries as d

WAVE = "2020T1"


def _same(study, expected: pd.DataFrame) -> None:
    run(study, WAVE)
    pd.testing.assert_frame_equal(pd.read_parquet(study.processed(WAVE, "responses.parquet")), expected)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    study = d.prepared(tmp_path_factory.mktemp("plain"))
    run(study, WAVE)
    return pd.read_parquet(study.processed(WAVE, "responses.parquet"))


@pytest.mark.parametrize("mark", ["/", "-"])
def test_odk_and_kobo_groups(mark: str, tmp_path: Path, expected: pd.DataFrame) -> None:
    groups = {name: f"bloque{mark}confianza{mark}{name}" for name in ("P1", "P2", "P3", "P4")}
    frame = d.good().rename(columns=groups).assign(_uuid="x", _submission_time="2020-01-06T10:00:00", start="x")
    study = d.prepared(tmp_path, frame)
    _same(study, expected)
    record = read_record(study.processed(WAVE, "delivery.json"))
    assert record["read"]["source"] == "odk"
    assert [x["column"] for x in record["differences"] if x["kind"] == "not_asked"] == ["OTRA"]


def test_odk_names_that_repeat_keep_their_group() -> None:
    names = question_names(("a/p1", "b/p1", "p5", "p5/2", "_uuid")).columns
    assert names == ("a/p1", "b/p1", "p5", "p5/2", "_uuid")


def test_limesurvey_codes_texts_and_unfinished_interviews(tmp_path: Path, expected: pd.DataFrame) -> None:
    frame = d.good().rename(columns={"P1": "P1. ¿Cuánta confianza tiene usted en A?"})
    frame["P2"] = "A" + frame["P2"].astype(str)
    done = ["2020-01-20 10:00:00"] * 57 + [""] * 3
    frame = frame.assign(submitdate=done, lastpage=5, startlanguage="es-MX", seed=1)
    codes = "{name: P2, codes: {A1: 1, A2: 2, A3: 3, A4: 4, A8: 8, A9: 9}}"
    study = d.prepared(
        tmp_path, frame,
        lambda t: t.replace("  respondent: FOLIO", "  finished: submitdate\n  respondent: FOLIO").replace(
            "conf_b: P2", f"conf_b: {codes}"
        ),
    )  # fmt: skip
    _same(study, expected.iloc[:57])
    quarantine = pd.read_parquet(study.processed(WAVE, "quarantine.parquet"))
    assert quarantine["reason"].tolist() == ["unfinished"] * 3
    assert read_record(study.processed(WAVE, "delivery.json"))["read"]["source"] == "limesurvey"


def test_a_plain_file_keeps_its_names() -> None:
    assert question_names(("a/b", "P1. x")).columns == ("a/b", "P1. x")
