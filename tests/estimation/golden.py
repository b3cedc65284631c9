"""Reading R's answers: the reference tables beside the project, in the shape of our own table."""

from pathlib import Path

import numpy as np
import pandas as pd

DOMAINS = ((), ("mun",), ("sexo",), ("gedad",), ("mun", "sexo"))
PROPORTIONS = {"victima": (0, 1), "raro": (0, 1), "todos": (0, 1), "q_inseg": (1, 2, 9)}
SCALE_ITEMS = ("p01", "p02", "p07")
LONELY = {"total", "M6", "M9", "H", "M"}


def read_expected(folder: Path, name: str) -> pd.DataFrame:
    """A table of R's answers with our names of domains, categories and statistics."""
    table = pd.read_csv(folder / name, dtype={"level": "str"}, keep_default_na=False, na_values=["", "NA", "NaN"])
    table["level"] = table["level"].fillna("") if "level" in table else ""
    table["kind"] = table["domain"].map(domain_kind)
    table["domain"] = table["domain"].map(domain_label)
    table["statistic"] = table["statistic"].replace({"prop": "proportion"})
    return table


def domain_kind(text: str) -> str:
    """mun=M1;sexo=H → mun*sexo; some tables write M1 or H alone."""
    if "=" in text:
        return "*".join(part.split("=")[0] for part in text.split(";"))
    return "total" if text == "total" else "sexo" if text in ("H", "M") else "mun"


def domain_label(text: str) -> str:
    """mun=M1;sexo=H → M1*H."""
    return "*".join(part.split("=")[1] for part in text.split(";")) if "=" in text else text


def touches_lonely(kind: str, domain: str) -> bool:
    """Whether a domain holds a stratum with one PSU (M6_4alto, M9_4alto)."""
    return kind in ("total", "sexo", "gedad") or domain.split("*")[0] in ("M6", "M9")


def join(ours: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    """R's rows beside ours; fails when one of R's has no counterpart."""
    keys_left = ["indicator", "category", "statistic", "domain_kind", "domain"]
    keys_right = ["variable", "level", "statistic", "kind", "domain"]
    joined = expected.merge(
        ours, how="left", left_on=keys_right, right_on=keys_left, suffixes=("_r", "_ours"), validate="many_to_one"
    )
    absent = joined["indicator"].isna()
    assert not absent.any(), joined.loc[absent, ["variable", "level", "statistic", "kind", "domain"]]
    return joined


def assert_equal(joined: pd.DataFrame, column: str, rtol: float = 1e-8, atol: float = 0.0) -> None:
    """Relative agreement of one column where R has a value; a zero of R's must be our zero."""
    left, right = joined[f"{column}_r"].to_numpy(float), joined[f"{column}_ours"].to_numpy(float)
    known = np.isfinite(left)
    assert known.any(), f"nothing to compare in {column}"
    # R leaves the rounding of a constant (1e-17) where we say zero.
    floor = np.where(np.abs(left) < 1e-12, 1e-12, atol)
    wrong = known & ~(np.abs(left - right) <= rtol * np.abs(left) + floor)
    worst = joined.loc[wrong].head(8)
    assert not wrong.any(), f"{column}: {wrong.sum()} of {known.sum()} differ\n{worst.to_string()}"
