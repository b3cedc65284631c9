"""Codebook and README of a release, in the readers' language, from the questionnaire and the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pulsometro.common.escapes import markdown
from pulsometro.common.version import VERSION
from pulsometro.questionnaire import Questionnaire
from pulsometro.release.table import REPLICATE, WEIGHT, ReleaseTable, Variable
from pulsometro.release.writers import Shortened
from pulsometro.study import Study

# Full name and address of the licences that params.yaml may name by their short name.
LICENCES: Mapping[str, tuple[str, str]] = {
    "CC BY 4.0": (
        "Creative Commons Atribución 4.0 Internacional (CC BY 4.0)",
        "https://creativecommons.org/licenses/by/4.0/deed.es",
    ),
}


@dataclass(frozen=True)
class Count:
    """One code: unweighted respondents and weighted percent of the valid answers ("" where missing)."""

    code: str
    label: str
    n: str
    percent: str
    missing: bool


@dataclass(frozen=True)
class Entry:
    """A variable of the codebook with its counts; ``summary`` of a number."""

    variable: Variable
    counts: tuple[Count, ...]
    summary: str


def entries(table: ReleaseTable) -> tuple[Entry, ...]:
    """Unweighted counts of every code and weighted shares (percent) among valid answers."""
    weights = table.frame[WEIGHT].to_numpy(dtype=float)
    return tuple(_entry(v, table.frame[v.name].to_numpy(dtype=float, na_value=np.nan), weights) for v in table.items)


def _entry(variable: Variable, values: np.ndarray, weights: np.ndarray) -> Entry:
    valid = ~np.isnan(values) & ~np.isin(values, list(variable.missing))
    base = float(weights[valid].sum())
    counts = []
    for code, label in variable.labels.items():
        here = values == code
        missing = code in variable.missing
        percent = "" if missing or not base else f"{100 * float(weights[here].sum()) / base:,.1f}"
        counts.append(Count(str(code), label, f"{int(here.sum()):,}", percent, missing))
    blank = int(np.isnan(values).sum())
    if blank:
        counts.append(Count("vacío", "Sin dato", f"{blank:,}", "", True))
    summary = ""
    if variable.kind != "code" and valid.any():
        mean = float((weights[valid] * values[valid]).sum()) / base
        summary = (
            f"{int(valid.sum()):,} respuestas; mínimo {values[valid].min():,.6g}, máximo {values[valid].max():,.6g}, "
            f"media ponderada {mean:,.1f}."
        )
    return Entry(variable, tuple(counts), summary)


def codebook_html(study: Study, table: ReleaseTable, questionnaire: Questionnaire) -> str:
    """One self-contained page: wording, codes, missing kinds, counts and shares of every released item."""
    return _render(
        "codebook.html.j2",
        study=study.identity,
        wave=study.wave(table.wave),
        key=table.wave,
        mode=questionnaire.fieldwork.mode,
        n=f"{len(table.frame):,}",
        entries=entries(table),
        design=[v for v in table.variables if v not in table.items],
        licence=_licence(study),
    )


def readme(study: Study, table: ReleaseTable, questionnaire: Questionnaire, shortened: Sequence[Shortened]) -> str:
    """What the files are, how to declare the design, under which licence."""
    replicates = table.replicates
    method = study.params.weighting.replicates.method if study.params.weighting.replicates else ""
    return _render(
        "README.md.j2",
        study=study.identity,
        wave=study.wave(table.wave),
        key=Exact(table.wave),
        n=f"{len(table.frame):,}",
        replicates=0 if replicates is None else sum(c.startswith(REPLICATE) for c in replicates.columns),
        bootstrap=method == "rao_wu",
        published=study.params.estimation.se == "replicates",
        units=study.params.weighting.psu is not None,
        areas=any(questionnaire[v.name].kind == "area" for v in table.items),
        left_out=[Exact(name) for name in table.left_out],
        shortened=shortened,
        licence=_licence(study),
    )


def _licence(study: Study) -> tuple[str, str]:
    """Name and address ("" when the name is not one of ``LICENCES``) of what params.yaml declares."""
    name, address = LICENCES.get(study.params.report.licence, (study.params.report.licence, ""))
    return name, Exact(address)


class Exact(str):
    """A name that stands in code as it is: keys of waves, columns and addresses have a closed grammar."""

    __slots__ = ()


def _as_markdown(value: object) -> object:
    """What a template of Markdown prints: every text escaped, whatever wrote it."""
    return markdown(value) if isinstance(value, str) and not isinstance(value, Exact) else value


def _render(template: str, **values: object) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=template.endswith(".html.j2"),
        finalize=None if template.endswith(".html.j2") else _as_markdown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["exact"] = Exact
    return environment.get_template(template).render(version=VERSION, **values)
