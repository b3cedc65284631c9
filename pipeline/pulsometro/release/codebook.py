"""Codebook and README of a release, in the readers' language, from the questionnaire and the table."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pulsometro.common.escapes import markdown
from pulsometro.common.version import VERSION
from pulsometro.questionnaire import Questionnaire
from pulsometro.questionnaire.model import NEVER_RELEASED
from pulsometro.questionnaire.modes import spoken_mode
from pulsometro.release.codebook_counts import thin_counts
from pulsometro.release.microdata import Microdata
from pulsometro.release.table import REPLICATE, WEIGHT, ReleaseTable, Variable
from pulsometro.release.writers import Shortened
from pulsometro.settings.report_settings import Confidentiality
from pulsometro.study import Study
from pulsometro.study.respondents import FOLIO
from pulsometro.style import spanish

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


def entries(table: ReleaseTable, questionnaire: Questionnaire, rules: Confidentiality) -> tuple[Entry, ...]:
    """Unweighted counts of every code and weighted shares (percent) among valid answers, but for thin ones."""
    weights = table.frame[WEIGHT].to_numpy(dtype=float)
    found = []
    for v in table.items:
        values = table.frame[v.name].to_numpy(dtype=float, na_value=np.nan)
        found.append(_entry(v, values, weights, rules, questionnaire[v.name].sensitive))
    return tuple(found)


def _entry(
    variable: Variable, values: np.ndarray, weights: np.ndarray, rules: Confidentiality, sensitive: bool
) -> Entry:
    valid = ~np.isnan(values) & ~np.isin(values, list(variable.missing))
    base = float(weights[valid].sum())
    here = [values == code for code in variable.labels]
    numbers = [int(some.sum()) for some in here]
    answer = [code not in variable.missing for code in variable.labels]
    thin = thin_counts(numbers, answer, rules, sensitive) if variable.kind == "code" else frozenset()
    counts = []
    for place, (code, label) in enumerate(variable.labels.items()):
        percent = f"{100 * float(weights[here[place]].sum()) / base:,.1f}" if answer[place] and base else ""
        shown = ("", "") if place in thin else (f"{numbers[place]:,}", percent)
        counts.append(Count(str(code), label, *shown, not answer[place]))
    blank = int(np.isnan(values).sum())
    if blank:
        counts.append(Count("vacío", "Sin dato, o vacío por confidencialidad", f"{blank:,}", "", True))
    summary = ""
    if variable.kind != "code" and int(valid.sum()) >= max(rules.min_base, 1):
        mean = float((weights[valid] * values[valid]).sum()) / base
        quarters = spanish.join([f"{value:,.6g}" for value in np.quantile(values[valid], [0.25, 0.5, 0.75])])
        # The least and the largest answer are each one person's.
        summary = f"{int(valid.sum()):,} respuestas; cuartiles sin ponderar {quarters}; media ponderada {mean:,.1f}."
    return Entry(variable, tuple(counts), summary)


def codebook_html(study: Study, made: Microdata, name: str) -> str:
    """One self-contained page: wording, codes, missing kinds, counts and shares of every released item of a table."""
    table, questionnaire = made.tables[name], made.questionnaire
    rules = study.params.report.confidentiality
    listed, second = entries(table, questionnaire, rules), table is made.second
    return _render(
        "codebook.html.j2",
        study=study.identity,
        wave=study.wave(table.wave),
        key=table.wave,
        mode=spoken_mode(questionnaire.fieldwork.mode),
        n=f"{len(table.frame):,}",
        entries=[replace(entry, summary=entry.summary.partition("; media")[0]) for entry in listed]
        if second
        else listed,
        thin=any(not count.n for entry in listed for count in entry.counts),
        few=spanish.word(rules.min_count),
        base=spanish.word(rules.min_base),
        second=second,
        design=[v for v in table.variables if v not in table.items],
        licence=_licence(study),
        terms=made.plan.circle == "partners",
    )


def readme(study: Study, made: Microdata, shortened: Sequence[Shortened]) -> str:
    """What the files are, how to declare the design, who may have them."""
    table, questionnaire = made.main, made.questionnaire
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
        inegi=_inegi(study) and any(questionnaire[v.name].kind == "area" for v in table.items),
        second=None if made.second is None else [Exact(v.name) for v in made.second.items],
        shared=[] if made.second is None else [Exact(name) for name in made.grouped],
        emptied=[Exact(blank.item) for blank in made.risk.blanks if blank.cells and blank.file == "main"],
        shortened=shortened,
        licence=_licence(study),
        terms=made.plan.circle == "partners",
    )


def _inegi(study: Study) -> bool:
    """Whether the places' codes are INEGI's: five digits, its number of a state first, and of municipalities."""
    codes, word = study.area_codes, study.params.report.place_word.casefold()
    municipal = word.startswith(("municipio", "alcald", "delegaci"))
    return municipal and all(re.fullmatch(r"(?:0[1-9]|[12]\d|3[0-2])\d{3}", code) for code in codes)


def protection_note(study: Study, made: Microdata) -> str:
    """What was done so that nobody is recognised, for who uses the files; nothing that would help to undo it."""
    asked = made.questionnaire
    kept = {v.name for table in made.tables.values() for v in table.items}
    in_groups = {item.derived.source for name, item in asked.items.items() if name in kept and item.derived}
    left_out = [name for name in asked.items if name not in kept and name not in in_groups]
    private = [name for name in left_out if asked[name].hidden or asked[name].kind in NEVER_RELEASED or name == FOLIO]
    return _render(
        "PROTECCION.md.j2",
        study=study.identity,
        wave=study.wave(made.wave),
        k=made.plan.k,
        private=[asked[name].label for name in private],
        left_out=[asked[name].label for name in left_out if name not in private],
        grouped=[
            (asked[name].label, [str(words) for words in asked[name].codes.values()])
            for name, item in asked.items.items()
            if name in kept and item.derived is not None and item.derived.source not in kept
        ],
        keys={name: [Exact(key) for key in getattr(made.plan, name).keys if key in asked.items] for name in made.files},
        blanks=[blank for blank in made.risk.blanks if blank.cells],
        may_be_empty=any(file.blank for _, file in made.plan.files),
        names={"main": Exact("microdatos"), "second": Exact("complemento")},
        risk=made.risk,
        blur=made.risk.blur_growth is not None,
        calibrated=study.params.weighting.calibration is not None,
        replicates=made.main.replicates is not None,
    )


def risk_report(study: Study, made: Microdata) -> str:
    """The team's page on what is left of the risk and what protection cost; internal."""
    asked = made.questionnaire
    risk = made.risk
    measured = [("Archivo principal sin dejar nada vacío", risk.unprotected), ("Archivo principal", risk.main)]
    measured += [("Complemento", risk.second)] if risk.second is not None else []
    return _render(
        "riesgo.html.j2",
        study=study.identity,
        wave=study.wave(made.wave),
        risk=risk,
        limit=made.plan.linkage_at_most,
        at_most=made.plan.blank_at_most,
        measured=measured,
        labels={name: item.label for name, item in asked.items.items()},
        files={"main": "Archivo principal", "second": "Complemento"},
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
