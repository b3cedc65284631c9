"""The group-by in a database gives the kernel's estimates, in less memory than the file."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.sample import make_sample
from pulsometro.estimation import (
    Categorical,
    EstimationError,
    Numeric,
    Settings,
    Share,
    SurveyDesign,
    Where,
    estimate,
)
from pulsometro.estimation.bigdata import estimate_big

pytestmark = pytest.mark.slow

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


def parquet_folder(folder: Path, parts: int, rows: int) -> pd.DataFrame:
    """Write the parts uncompressed, each with PSUs of its own; all of them together."""
    folder.mkdir()
    made = []
    for number in range(parts):
        part = make_sample(rows, seed=number, questions=3)
        made.append(part.assign(psu=part["psu"] + number * rows))
        made[-1].to_parquet(folder / f"part{number}.parquet", compression=None, use_dictionary=False)
    return pd.concat(made, ignore_index=True)


def test_a_folder_larger_than_the_memory_allowed(tmp_path: Path) -> None:
    """DuckDB may use less than the folder holds, of which it reads all but one column: it spills, and must."""
    folder, limit = tmp_path / "answers", 45
    data = parquet_folder(folder, 4, 200_000)
    assert sum(file.stat().st_size for file in folder.iterdir()) > 1.2 * limit * 2**20

    def estimated(spill: str) -> pd.DataFrame:
        memory = {"memory_limit": f"{limit}MB", "threads": 1, "preserve_insertion_order": False}
        connection = ibis.duckdb.connect(temp_directory=spill, **memory)
        table = connection.read_parquet(str(folder / "*.parquet"))
        return estimate_big(table, VARIABLES, DOMAINS, ("proportion", "total"), **DESIGN)

    with pytest.raises(Exception, match="Out of Memory"):
        estimated("")
    assert_same(in_memory(data), estimated(str(tmp_path / "spill")))


SPARK = Path(sys.prefix) / "spark"
ON_SPARK = """
import sys, warnings
from pathlib import Path
warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
import ibis
from pyspark.sql import SparkSession
from tests.estimation import test_bigdata as here

folder = Path(sys.argv[1])
data = here.parquet_folder(folder / "answers", 2, 2_000)
options = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2",
           "spark.sql.warehouse.dir": str(folder / "warehouse")}
session = SparkSession.builder.master("local[2]").config(map=options).getOrCreate()
table = ibis.pyspark.connect(session).read_parquet(str(folder / "answers"))
made = here.estimate_big(table, here.VARIABLES, here.DOMAINS, ("proportion", "total"), **here.DESIGN)
here.assert_same(here.in_memory(data), made)
session.stop()
print(len(made), "rows agree")
"""


def test_spark_gives_the_same(tmp_path: Path) -> None:
    """The same expression on the same kind of folder, two workers, to 1e-12.

    In a process of its own: beside pyspark without its connect extra, Great Expectations' import ends the process.
    """
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        pytest.skip("Java is not here: Spark cannot start")
    if not SPARK.is_dir():
        pytest.skip("pyspark is not installed: requirements-spark.lock")
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SPARK), str(root)])}
    done = subprocess.run(
        [sys.executable, "-c", ON_SPARK, str(tmp_path)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert re.fullmatch(r"[1-9]\d* rows agree", done.stdout.strip().splitlines()[-1])


def test_what_cannot_be_grouped_is_refused(data: pd.DataFrame) -> None:
    table = ibis.memtable(data)
    with pytest.raises(EstimationError, match="not categorical"):
        estimate_big(table, [Numeric("w")], **DESIGN)  # type: ignore[list-item]
    with pytest.raises(EstimationError, match="Taylor"):
        estimate_big(table, VARIABLES, settings=Settings(method="replicates"), **DESIGN)
    with pytest.raises(EstimationError, match="Columns not in the data: nada"):
        estimate_big(table, [Share("nada", "nada", (1,))], **DESIGN)
