"""The group-by in a database gives the kernel's estimates, in less memory than the file."""

import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.sample import make_sample
from pipeline.estimation import Categorical, EstimationError, Numeric, Settings, Share, SurveyDesign, Where, estimate
from pipeline.estimation.bigdata import estimate_big

ibis = pytest.importorskip("ibis", reason="ibis-framework is not installed: the extra 'big'")

VARIABLES = (
    Categorical("q00", (1, 2, 3, 4), missing=(5,), missing_rule="in_base"),
    Share("q01", "q01", (1, 2), "alta", base=(Where("q02", (1, 2, 3)),)),
)
DOMAINS = ((), ("mun",), ("mun", "sexo"))
DESIGN = {"weights": "w", "strata": "stratum", "psu": "psu"}


def in_memory(data: pd.DataFrame) -> pd.DataFrame:
    return estimate(SurveyDesign(data, "w", "stratum", "psu"), VARIABLES, DOMAINS, ("proportion", "total"))


def assert_same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    for column in one.columns:
        if one[column].dtype.kind in "fi":
            np.testing.assert_allclose(other[column], one[column], rtol=1e-12, err_msg=column)
        else:
            pd.testing.assert_series_equal(other[column], one[column])


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    rows = make_sample(3000, questions=3)
    # Some answers that count for nothing, and one PSU of them.
    return rows.assign(w=rows["w"].where((rows.index % 50 != 0) & (rows["psu"] != 7), 0.0))


def test_duckdb_gives_the_same(data: pd.DataFrame) -> None:
    table = ibis.memtable(data)
    ours = estimate_big(table, VARIABLES, DOMAINS, ("proportion", "total"), **DESIGN)
    assert_same(in_memory(data), ours)


def test_a_folder_larger_than_the_memory_allowed(tmp_path: Path) -> None:
    """DuckDB may use 40 MB of a folder of some 90: it spills the groups to disk and gives the same."""
    folder = tmp_path / "answers"
    folder.mkdir()
    rng = np.random.default_rng(3)
    parts = []
    for number in range(3):
        part = make_sample(120_000, seed=number, questions=3)
        part = part.assign(psu=part["psu"] + number * 10_000, **{f"ruido{k}": rng.random(len(part)) for k in range(30)})
        part.to_parquet(folder / f"part{number}.parquet", compression=None)
        parts.append(part)
    size = sum(file.stat().st_size for file in folder.iterdir())
    limit = 40
    assert size > 2 * limit * 2**20
    connection = ibis.duckdb.connect(memory_limit=f"{limit}MB", temp_directory=str(tmp_path / "spill"), threads=1)
    table = connection.read_parquet(str(folder / "*.parquet"))
    ours = estimate_big(table, VARIABLES, DOMAINS, ("proportion", "total"), **DESIGN)
    assert_same(in_memory(pd.concat(parts, ignore_index=True)), ours)


def test_spark_gives_the_same(data: pd.DataFrame) -> None:
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        pytest.skip("Java is not here: Spark cannot start")
    pytest.importorskip("pyspark", reason="pyspark is not installed: the extra 'spark'")
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        table = ibis.pyspark.connect(session).create_table("answers", data, overwrite=True)
        assert_same(in_memory(data), estimate_big(table, VARIABLES, DOMAINS, ("proportion", "total"), **DESIGN))
    finally:
        session.stop()


def test_what_cannot_be_grouped_is_refused(data: pd.DataFrame) -> None:
    table = ibis.memtable(data)
    with pytest.raises(EstimationError, match="not categorical"):
        estimate_big(table, [Numeric("w")], **DESIGN)  # type: ignore[list-item]
    with pytest.raises(EstimationError, match="Taylor"):
        estimate_big(table, VARIABLES, settings=Settings(method="replicates"), **DESIGN)
    with pytest.raises(EstimationError, match="Columns not in the data: nada"):
        estimate_big(table, [Share("nada", "nada", (1,))], **DESIGN)
