"""The page for newcomers runs as it is printed, and the package stays usable alone."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import (
    CHANGE_COLUMNS,
    COLUMNS,
    DIFFERENCE_COLUMNS,
    ChangeRule,
    Share,
    SurveyDesign,
    Wave,
    changes,
    judge,
)


def test_both_pieces_run(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (root / "docs" / "estimation.md").read_text(encoding="utf-8")
    lines, larger = re.findall(r"```python\n(.*?)```", text, re.S)
    for number, label in enumerate(("2024T1", "2024T2")):
        rng = np.random.default_rng(number)
        pd.DataFrame(
            {
                "w": rng.uniform(1, 3, 600), "stratum": np.arange(600) % 6, "psu": np.arange(600) % 60,
                "city": np.arange(600) % 3, "sex": rng.integers(1, 3, 600), "safety": rng.choice([1, 2, 9], 600),
            }
        ).to_parquet(tmp_path / f"{label}.parquet")  # fmt: skip
    monkeypatch.chdir(tmp_path)
    names: dict[str, pd.DataFrame] = {}
    exec(lines, names)
    assert tuple(names["table"].columns) == COLUMNS
    assert tuple(names["moved"].columns) == CHANGE_COLUMNS
    assert len(names["table"]) == (1 + 3 + 6) * 2 * 2
    assert len(names["moved"]) == (1 + 3) * 2
    # The second wave again, from a folder.
    (tmp_path / "answers").mkdir()
    (tmp_path / "2024T2.parquet").rename(tmp_path / "answers" / "one.parquet")
    own = names["table"]
    own = own[own["domain_kind"].isin(["total", "city"]) & (own["statistic"] == "proportion")]
    exec(larger, names)
    np.testing.assert_allclose(names["table"]["se"], own["se"], rtol=1e-12)


def test_importing_needs_only_numpy_pandas_and_scipy() -> None:
    code = (
        "import sys; import pulsometro.estimation; "
        "print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'statsmodels', 'samplics', 'svy', 'matplotlib', 'great_expectations', 'ibis', 'yaml', 'pydantic'})); "
        "ours = [m for m in sys.modules if m.startswith('pulsometro.')]; "
        "print(sorted(m for m in ours if not m.startswith('pulsometro.estimation')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "[]"]


def test_the_recipe_for_a_share_and_its_complement() -> None:
    """As printed: the complement counts once in its family, and has the verdict of the share."""
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"psu": np.arange(900) // 10, "city": np.arange(900) // 10 % 3})
    waves = []
    for label, level in (("1", 0.4), ("2", 0.5)):
        data = rows.assign(w=rng.uniform(1, 3, 900), q=np.where(rng.random(900) < level, 1, 2))
        design = SurveyDesign(data, "w", psu="psu")
        waves.append(Wave(label, design, (Share("safe", "q", (1,)), Share("unsafe", "q", (2,)))))
    table = changes(waves[1], waves[0], "city")
    table["hypothesis"] = table["indicator"].replace({"unsafe": "safe"})
    rule = ChangeRule(family=("wave", "comparison", "statistic", "domain_kind"))
    judged = judge(table, rule, ("hypothesis", "domain"))
    assert len(set(judged["family"])) == 1
    one, other = (judged[judged["indicator"] == name] for name in ("safe", "unsafe"))
    alone = judge(table[table["indicator"] == "safe"], rule)
    for own in (one, other):
        np.testing.assert_allclose(own["p_adjusted"], alone["p_adjusted"], rtol=1e-9)
    opposite = {"up": "down", "down": "up"}
    assert [opposite.get(word, word) for word in one["verdict"]] == other["verdict"].tolist()
    assert (one["verdict"] == "up").any()


def test_the_table_of_columns_is_whole(root: Path) -> None:
    text = (root / "docs" / "estimation.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \| ([ECD, ]+) \|", text.split("## What the columns mean")[1].split("\n## ")[0], re.M)
    told = {letter: set() for letter in "ECD"}
    for names, letters in rows:
        for letter in letters.split(", "):
            told[letter] |= set(re.findall(r"`(\w+)`", names))
    for letter, columns in (("E", COLUMNS), ("C", CHANGE_COLUMNS), ("D", DIFFERENCE_COLUMNS)):
        assert set(columns) <= told[letter]
    assert set.union(*told.values()) == {*COLUMNS, *CHANGE_COLUMNS, *DIFFERENCE_COLUMNS}
