"""The stage on files: what it reads, what it writes, the same bytes twice."""

from pathlib import Path

import pandas as pd
import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_record, read_table, write_table
from pulsometro.study import Study, load_study
from pulsometro.weighting.stage import run
from tests.weighting.editions import responses

pytestmark = pytest.mark.slow

WAVE = "2012T2"
NAMES = {
    "area": "municipio",
    "sex_item": "sexo",
    "age_item": "grupo_edad",
    "school_item": "escolaridad",
    "adults": "adultos_hogar",
    "lines": "lineas",
    "insecure": "seg_municipio",
}


@pytest.fixture
def study(root: Path, tmp_path: Path) -> Study:
    """The project's own settings in a folder of their own, with a made-up wave in it."""
    text = (root / "params.yaml").read_text(encoding="utf-8")
    calls = f'    attempts: "llamadas_{WAVE}.csv"\n'
    assert calls in text
    (tmp_path / "params.yaml").write_text(text.replace(calls, "") + "\npublish: {release: false}\n", encoding="utf-8")
    for name in ("questionnaires", "raw"):
        (tmp_path / name).symlink_to(root / name)
    made = load_study(tmp_path)
    rows = responses(per_area=400).rename(columns=NAMES)
    write_table(rows, made.processed(WAVE, "responses.parquet"))
    return made


def test_writes_weights_and_their_record_with_the_same_bytes_twice(study: Study) -> None:
    files = [study.processed(WAVE, name) for name in ("weights.parquet", "weighting.json")]
    said = run(study, WAVE)
    first = [path.read_bytes() for path in files]
    assert run(study, WAVE) == said
    assert [path.read_bytes() for path in files] == first
    weights, record = read_table(files[0]), read_record(files[1])
    assert record["wave"] == WAVE
    assert record["n"] == len(weights) == 3600
    assert f"{WAVE}: 3,600 weights for" in said
    assert f"{record['final'][-1]['sum']:,.0f} adults" in said
    names = [column for column in weights.columns if column.startswith("rep_")]
    assert names == record["replicates"]["names"]


def test_codes_of_missing_answers_are_not_adults(study: Study) -> None:
    """98 and 99 are "does not know": capped at four adults they would double a weight."""
    path = study.processed(WAVE, "responses.parquet")
    rows = read_table(path)
    rows.loc[:9, "adultos_hogar"] = 98
    write_table(rows, path)
    run(study, WAVE)
    record = read_record(study.processed(WAVE, "weighting.json"))
    assert record["base"]["filled"] == {rows["municipio"].iloc[0]: 10}


def test_inputs_that_are_missing_are_named(study: Study) -> None:
    study.processed(WAVE, "responses.parquet").unlink()
    with pytest.raises(PulsoError, match=r"responses\.parquet: the file is missing"):
        run(study, WAVE)
    rows = responses(per_area=400).rename(columns=NAMES)
    write_table(rows, study.processed(WAVE, "responses.parquet"))
    (study.root / "raw").unlink()
    with pytest.raises(PulsoError, match=r"control_totals\.csv: the file is missing; params\.yaml names it"):
        run(study, WAVE)


def test_weights_do_not_depend_on_the_rows_order_in_the_file(study: Study) -> None:
    run(study, WAVE)
    first = study.processed(WAVE, "weights.parquet").read_bytes()
    path = study.processed(WAVE, "responses.parquet")
    write_table(pd.DataFrame(read_table(path).iloc[::-1]), path)
    run(study, WAVE)
    assert study.processed(WAVE, "weights.parquet").read_bytes() == first
