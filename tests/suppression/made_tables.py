"""A small survey as a table of estimates: one sensitive question of three answers, in places, sexes and both."""

from collections.abc import Mapping, Sequence
from itertools import product

import pandas as pd

from pulsometro.questionnaire.crossings import cell_parts
from pulsometro.settings.report_settings import Confidentiality
from pulsometro.suppression.cell_suppression import Circle
from pulsometro.suppression.linear_attack import Answers, Structure, Universe

Domain = tuple[str, str]
CODES = (1, 2, 3)
UNIVERSE = Universe("item", "u")
SHARES = {"one": frozenset({1}), "some": frozenset({2, 3}), **{f"d{code}": frozenset({code}) for code in CODES}}
DOMAINS: tuple[Domain, ...] = (
    ("total", "total"), *(("m", m) for m in "abc"), *(("s", s) for s in "12"),
    *(("m*s", f"{m}*{s}") for m in "abc" for s in "12"),
)  # fmt: skip
CELLS = tuple(product("abc", "12", CODES))


def indicator_of(name: str) -> str:
    """The shares have one category each; the distribution's are d1, d2 and d3."""
    return "d" if name.startswith("d") else name


COUNTED = {(indicator_of(name), name): Answers(UNIVERSE, SHARES[name]) for name in SHARES}


def structure(sensitive: bool = True) -> Structure:
    """What the rows count."""
    names = frozenset(indicator for indicator, _ in COUNTED) if sensitive else frozenset()
    return Structure(COUNTED, {UNIVERSE: frozenset(CODES)}, {}, names, names)


def circle(rules: Confidentiality, sensitive: bool = True) -> Circle:
    """The rule over this survey."""
    return Circle(rules, structure(sensitive))


def survey(counts: Sequence[int], weight: float = 100.0) -> pd.DataFrame:
    """Every indicator in every domain, from the counts of ``CELLS`` (place, sex, answer), all of one weight."""
    return table_of(dict(zip(CELLS, counts, strict=True)), weight)


def table_of(cells: Mapping[tuple[str, str, int], int], weight: float) -> pd.DataFrame:
    """The estimates table of counts by place, sex and answer."""
    rows = []
    for (indicator, category), answers in COUNTED.items():
        for kind, domain in DOMAINS:
            wanted = {} if kind == "total" else dict(cell_parts(kind, domain))
            inside = {k: n for k, n in cells.items() if wanted.get("m", k[0]) == k[0] and wanted.get("s", k[1]) == k[1]}
            n, part = sum(inside.values()), sum(n for k, n in inside.items() if k[2] in answers.codes)
            share = part / n if n else float("nan")
            rows.append(("w", indicator, category, "proportion", kind, domain, n, part, share, n * weight))
    columns = ["wave", "indicator", "category", "statistic", "domain_kind", "domain", "n", "n_category", "estimate",
               "population"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
