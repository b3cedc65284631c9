"""Where a printed number comes from: its row, the formula in words, the weights, the data and the stage."""

import hashlib
import re
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.errors import PulsoError
from pipeline.files import read_json, read_table
from pipeline.questionnaire import Indicator
from pipeline.reporting.rows import ID
from pipeline.study import Study

_PRINTED = re.compile(r'data-id="([^"]+)" data-field="([^"]+)"[^>]*>(?:\s*<text[^>]*>)?([^<]+)<')
_MOST = 5
_SHOWN = (
    "estimate", "se", "se_fixed", "ci_low", "ci_high", "ci_level", "ci_method", "df", "cv", "deff", "n", "n_category",
    "n_eff", "population", "precision", "publishable", "reason",
)  # fmt: skip


def explain(study: Study, what: str) -> str:
    """Explain a row's key ("wave|indicator|…", with or without "#field"), a place in a receipt
    ("wave/weighting.json#final/9/n") or a number as printed ("74.7 %").

    A number is looked up in the pages of the current wave first, then in the others; several rows may
    print alike, and then each is explained (at most five). Raises PulsoError when nothing is found.
    """
    file, _, path = what.partition("#")
    if file.endswith((".json", ".parquet")):
        return _receipt(study, file, path, "")
    if what.count("|") >= len(ID) - 1:
        key, _, field = what.partition("#")
        return _one(study, key, field or "estimate", "")
    found = _find(study, what)
    if not found:
        raise PulsoError(
            f"'{what}' is printed in no built page of {study.site}; give the number as printed, or a row's key "
            "(the data-id of the number in the page), after 'dvc repro'."
        )
    parts = [(_one if "|" in key else _receipt)(study, key, field, page) for key, field, page in found[:_MOST]]
    if len(found) > _MOST:
        parts.append(f"… and {len(found) - _MOST} more rows that print alike.")
    return "\n\n".join(parts)


def printed_numbers(page: str) -> Iterable[tuple[str, str, str]]:
    """Key, field and text of every number of a page that is tied to a row."""
    for key, field, words in _PRINTED.findall(page):
        yield unescape(key), field, unescape(words)


def _find(study: Study, what: str) -> list[tuple[str, str, str]]:
    wanted = _plain(what)
    found: dict[tuple[str, str], str] = {}
    current = study.params.current_wave
    pages = [study.site / current / "brief.html", *sorted(study.site.rglob("*.html"))]
    for page in pages:
        if not page.is_file():
            continue
        for key, field, words in printed_numbers(page.read_text(encoding="utf-8")):
            if _plain(words) == wanted:
                found.setdefault((key, field), str(page.relative_to(study.root)))
    return [(key, field, page) for (key, field), page in found.items()]


def _plain(words: str) -> str:
    """A number without its unit, sign of verdict and spaces."""
    return re.sub(r"[\s\u00a0%▲▼◆]|puntos?|pp", "", words).replace("-", "−")


def _receipt(study: Study, key: str, path: str, page: str) -> str:
    """A number of a quality page: the file of the weight or estimate stage, and the place in it."""
    wave, _, name = key.partition("/")
    file = study.processed(wave, name)
    head = f"{key}#{path}{f'  (printed in {page})' if page else ''}"
    stage = "weight" if name.endswith(".json") else "estimate"
    return "\n".join([head, f"  value        {value_at(file, path)}", *_made_by(study, wave, file, stage)])


def value_at(file: Path, path: str) -> Any:
    """The value at ``final/9/n`` of a JSON file, or at ``indicator/category/column`` of a table.

    Raises PulsoError when the file has no such place.
    """
    try:
        if file.suffix == ".json":
            value = read_json(file)
            for part in path.split("/"):
                value = value[int(part)] if isinstance(value, list) else value[part]
            return value
        indicator, rest = path.split("/", 1)
        category, column = rest.rsplit("/", 1)
        table = read_table(file)
        return table.loc[(table["indicator"] == indicator) & (table["category"] == category), column].iloc[0]
    except (KeyError, IndexError, ValueError) as error:
        raise PulsoError(f"{file}: nothing at '{path}'; copy the number's data-field from the page.") from error


def _one(study: Study, key: str, field: str, page: str) -> str:
    ids = dict(zip(ID, key.split("|"), strict=True))
    wave = ids["wave"]
    path = study.processed(wave, "estimates.parquet")
    table = read_table(path if path.is_file() else study.series("estimates.parquet"))
    row = _row(table, ids, key)
    lines = [f"{key}  ({field}{', printed in ' + page if page else ''})"]
    lines += [f"  {name:<12} {row[name]}" for name in _SHOWN]
    if field.startswith("change:"):
        lines += _change(study, ids, field.removeprefix("change:"))
    lines.append(f"formula      {_formula(study, ids)}")
    lines += _origin(study, wave)
    return "\n".join(lines)


def _row(table: pd.DataFrame, ids: dict[str, str], key: str) -> pd.Series:
    mask = pd.Series(True, index=table.index)
    for name, value in ids.items():
        mask &= table[name].astype(str) == value
    if not mask.any():
        raise PulsoError(f"'{key}' is not a row of the estimates; copy the data-id of a number from a page.")
    return table[mask].iloc[0]


def _change(study: Study, ids: dict[str, str], comparison: str) -> list[str]:
    table = read_table(study.series("changes.parquet"))
    row = _row(table[table["comparison"] == comparison], ids, "|".join(ids.values()))
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
        return f"weighted mean of {indicator.item}"
    if indicator.kind == "share":
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
    receipts = study.processed(wave, "weighting.json")
    said = read_json(receipts) if receipts.is_file() else {}
    method = (said.get("calibration") or {}).get("method", "given")
    replicates = (said.get("replicates") or {}).get("used", 0)
    weights = study.processed(wave, "weights.parquet")
    return [
        f"weights      {_named(study, weights)}; calibration: {method}; replicates: {replicates}",
        *_made_by(study, wave, study.raw(wave), "estimate"),
    ]


def _made_by(study: Study, wave: str, data: Path, stage: str) -> list[str]:
    return [f"data         {_named(study, data)}", f"stage        {stage}@{wave} (pulso {stage} {wave})"]


def _named(study: Study, path: Path) -> str:
    name = path.relative_to(study.root)
    if not path.is_file():
        return f"{name} (not here)"
    return f"{name} (sha256 {hashlib.sha256(path.read_bytes()).hexdigest()})"
