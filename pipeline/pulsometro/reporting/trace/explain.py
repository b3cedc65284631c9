"""Where a printed number comes from: its row, the formula in words, the weights, the data and the stage."""

import hashlib
import re
from pathlib import Path

import pandas as pd

from pulsometro.common.counted import tallied
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_table
from pulsometro.questionnaire import Indicator
from pulsometro.reporting.printed_index import Printed, read_printed
from pulsometro.reporting.row_key import BAR, COLUMNS, RowKey
from pulsometro.reporting.trace.location import FILES, value_at
from pulsometro.study import Study
from pulsometro.study.layout import BESIDE, MADE_BY
from pulsometro.weighting.record import NAME as WEIGHTING
from pulsometro.weighting.record import load_weighting

PAGE = "html"
_MOST = 5
_SHOWN = (
    "estimate", "se", "se_fixed", "ci_low", "ci_high", "ci_level", "ci_method", "df", "cv", "deff", "n", "n_category",
    "n_eff", "population", "precision", "publishable", "reason", "precision_rule",
)  # fmt: skip
_FIELDS = {
    "margin": "half the width of the interval",
    "fraction": "the fraction in words that is within 0.6 points of the estimate and inside its interval",
    "rank": "place among the domains of its kind, 1 the largest",
    "rank_low": "the best place that the joint interval of the ranks allows",
    "rank_high": "the last place that the joint interval of the ranks allows",
}


def explain_number(study: Study, what: str) -> str:
    """Explain a row's key ("wave|indicator|…", with or without "#field"), a place in a file of a wave
    ("wave/weighting.json#final/total/n"), a figure's id or a printed number.

    A figure's id is its name in the page ("lugares"), with a wave or a page before it where several have it
    ("2012T4/lugares"). A number ("74.7 %"; a margin as "± 3.8") is looked up in the index of what was printed: in the
    current wave's brief first, then in the other pages, and only when no page has it in other files; several rows may
    print alike, and then each is explained (at most five). Raises PulsoError when nothing is found.
    """
    key, _, field = what.partition("#")
    if key.endswith(FILES):
        return _entry(study, key, field, "")
    if key.count(BAR) >= len(COLUMNS) - 1:
        return _one(study, key, field or "estimate", "")
    if drawn := _drawn(study, what):
        return _figure(study, what, *drawn)
    found = _find(study, what) if _plain(what) else []
    if not found:
        raise PulsoError(
            f"'{what}' is printed in no built file of {study.site} and is the id of no figure there; "
            "give the number as printed (of an interval, one end), the data-figure of a chart, or a row's key "
            "(the data-id of the number), after 'dvc repro'."
        )
    parts = [(_one if BAR in key else _entry)(study, key, field, page) for key, field, page in found[:_MOST]]
    if len(found) > _MOST:
        parts.append(f"… and {tallied(len(found) - _MOST, 'more row')} printed alike.")
    return "\n\n".join(parts)


def printed_numbers(study: Study) -> list[Printed]:
    """Every number that is printed in a built file: pages before other files, the current wave's brief first."""
    indexes = [path for name in (*study.waves, "site") if (path := study.printed(name)).is_file()]
    first = f"{study.params.current_wave}/brief.html"
    rows = [row for path in indexes for row in read_printed(path)]
    return sorted(rows, key=lambda row: (row.page != first, row.format != PAGE, row.page))


def _find(study: Study, what: str) -> list[tuple[str, str, str]]:
    wanted, margins = _plain(what), what.lstrip().startswith("±")
    same = [
        row for row in printed_numbers(study)
        if _plain(row.text) == wanted and (row.field == "margin" or not margins)
    ]  # fmt: skip
    found: dict[tuple[str, str], str] = {}
    for row in [row for row in same if row.format == PAGE] or same:
        found.setdefault((row.key, row.field), str((study.site / row.page).relative_to(study.root)))
    return [(key, field, page) for (key, field), page in found.items()]


def _plain(words: str) -> str:
    """A number without its unit, sign of verdict or margin, and spaces."""
    number = re.sub(r"[\s\u00a0%▲▼◆±]|puntos?|porcentual(?:es)?|pp", "", words).replace("-", "−")
    # What a mean or a total counts: pesos, años.
    return re.sub(r"(?<=\d)[^\W\d_]+$", "", number)


def _drawn(study: Study, what: str) -> tuple[Path, list[str]] | None:
    """The page that has the figure, and the keys of the rows that it shows."""
    folder, _, name = what.rpartition("/")
    rows = [row for row in printed_numbers(study) if name and row.figure == name and row.page.startswith(folder)]
    if not rows:
        return None
    page = rows[0].page
    return study.site / page, list(dict.fromkeys(row.key for row in rows if row.page == page))


def _figure(study: Study, what: str, page: Path, keys: list[str]) -> str:
    lines = [f"figure {what}, in {page.relative_to(study.root)}: {tallied(len(keys), 'row')}"]
    indicators: dict[tuple[str, str], dict[str, str]] = {}
    for key in keys:
        if key.endswith(FILES):
            continue
        ids = RowKey.parse(key)._asdict()
        row = _row(_estimates(study, ids["wave"]), ids, key)
        indicators.setdefault((ids["indicator"], ids["category"]), {**ids, "domain_kind": "total"})
        lines.append(
            f"  {key}  {row['estimate']:.6g} ({row['ci_low']:.6g} to {row['ci_high']:.6g}), n {row['n']}, "
            f"precision {row['precision']}"
        )
    lines += [f"formula      {name} / {category!r}: {_formula(study, ids)}"
              for (name, category), ids in indicators.items()]  # fmt: skip
    for wave in dict.fromkeys(RowKey.parse(key).wave for key in keys if not key.endswith(FILES)):
        lines += [f"wave {wave}", *_origin(study, wave)]
    return "\n".join(lines)


def _entry(study: Study, key: str, path: str, page: str) -> str:
    """A number that no row of the estimates holds: the file of the weight or estimate stage, and the place in it."""
    wave, _, name = key.partition("/")
    file = study.processed(wave, name)
    head = f"{key}#{path}{f'  (printed in {page})' if page else ''}"
    stage = MADE_BY.get(name, "")
    return "\n".join([head, f"  value        {value_at(study, wave, name, path)}", *_made_by(study, wave, file, stage)])


def _one(study: Study, key: str, field: str, page: str) -> str:
    if key.endswith(FILES):
        return _entry(study, key, field, page)
    ids = RowKey.parse(key)._asdict()
    row = _row(_estimates(study, ids["wave"]), ids, key)
    lines = [f"{key}  ({field}{', printed in ' + page if page else ''})"]
    lines += [f"  {name:<12} {row[name]}" for name in _SHOWN]
    kind, _, comparison = field.partition(":")
    if comparison:
        lines += _change(study, ids, comparison)
    elif field.startswith("rank"):
        lines += _rank(study, ids, key)
    said = f"{_FIELDS[kind]} of: " if kind in _FIELDS else ""
    lines.append(f"formula      {said}{_formula(study, ids)}")
    lines += _origin(study, ids["wave"])
    return "\n".join(lines)


def _estimates(study: Study, wave: str) -> pd.DataFrame:
    """The wave's own table where it is here, else the series."""
    path = study.processed(wave, "estimates.parquet")
    return read_table(path if path.is_file() else study.series("estimates.parquet"))


def _rank(study: Study, ids: dict[str, str], key: str) -> list[str]:
    row = _row(read_table(study.series("rankings.parquet")), ids, key)
    return [f"  {name:<12} {row[name]}" for name in ("rank", "rank_low", "rank_high")]


def _row(table: pd.DataFrame, ids: dict[str, str], key: str) -> pd.Series:
    mask = pd.Series(True, index=table.index)
    for name, value in ids.items():
        mask &= table[name].astype(str) == value
    if not mask.any():
        raise PulsoError(f"'{key}' is not a row of the estimates; copy the data-id of a number from a page.")
    return table[mask].iloc[0]


def _change(study: Study, ids: dict[str, str], comparison: str) -> list[str]:
    table = read_table(study.series("changes.parquet"))
    row = _row(table[table["comparison"] == comparison], ids, str(RowKey(**ids)))
    names = ("reference_wave", "reference_estimate", "difference", "se", "ci_low", "ci_high", "p", "p_adjusted",
             "adjust", "verdict", "minimum_detectable")  # fmt: skip
    return [f"change       against {row['reference_wave']} ({comparison})", *(f"  {n:<18} {row[n]}" for n in names)]


def _formula(study: Study, ids: dict[str, str]) -> str:
    indicator = study.indicators.by_name.get(ids["indicator"])
    if indicator is None:
        return f"{ids['indicator']} is not in questionnaires/indicators.yaml any more."
    where = "everybody" if ids["domain_kind"] == "total" else f"{ids['domain_kind']} = {ids['domain']}"
    return f"{_counted(indicator, ids)}; in {where}; base {indicator.base or 'everybody asked'}; {_missing(indicator)}."


def _counted(indicator: Indicator, ids: dict[str, str]) -> str:
    if indicator.kind == "index":
        items = ", ".join(indicator.items)
        return f"weighted mean of the average of {items} (rescaled), at least {indicator.at_least} answered"
    if indicator.kind == "mean":
        return f"weighted {'sum' if ids['statistic'] == 'total' else 'mean'} of {indicator.item}"
    if indicator.probability is not None:
        return f"weighted quantile of {indicator.item} at {indicator.probability:g}, with Woodruff's interval"
    if indicator.range is not None:
        answers = f"{indicator.item} from {indicator.range[0]:g} to {indicator.range[1]:g}"
    elif indicator.kind == "share":
        answers = f"{indicator.item} in {list(indicator.categories)}"
    else:
        answers = f"{indicator.item} is '{ids['category']}'"
    if ids["statistic"] == "total":
        return f"sum of weights where {answers}"
    return f"sum of weights where {answers}, over sum of weights of the base"


def _missing(indicator: Indicator) -> str:
    rules = {
        "exclude": "no sabe and no contesta are left out of the base",
        "in_base": "no sabe and no contesta stay in the base",
        "category": "no sabe and no contesta are categories of their own",
    }
    return rules[indicator.no_answer]


def _origin(study: Study, wave: str) -> list[str]:
    record = load_weighting(study, wave) if study.processed(wave, WEIGHTING).is_file() else None
    method = record.calibration.method if record and record.calibration else "given"
    replicates = record.replicates.used if record and record.replicates else 0
    weights = study.processed(wave, "weights.parquet")
    return [
        f"weights      {_named(study, weights)}; calibration: {method}; replicates: {replicates}",
        *_made_by(study, wave, study.raw(wave), "estimate"),
    ]


def _made_by(study: Study, wave: str, data: Path, stage: str) -> list[str]:
    command = f"{stage} (pulso {stage})" if stage in BESIDE else f"{stage}@{wave} (pulso {stage} {wave})"
    return [f"data         {_named(study, data)}", f"stage        {command}"]


def _named(study: Study, path: Path) -> str:
    name = path.relative_to(study.root)
    if not path.is_file():
        return f"{name} (not here)"
    return f"{name} (sha256 {hashlib.sha256(path.read_bytes()).hexdigest()})"
