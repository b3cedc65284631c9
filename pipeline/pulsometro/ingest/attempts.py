"""The file of call attempts: numbers called, how it went, opaque ids only."""

import re

import pandas as pd

from pulsometro.common.discretion import place_of, plain, quoted
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.harmonise import values
from pulsometro.ingest.harmonise.areas import Areas
from pulsometro.ingest.harmonise.blank_words import emptied, said_words, usual_rows
from pulsometro.ingest.harmonise.plain_texts import with_plain_texts
from pulsometro.ingest.harmonise.telephones import dialled
from pulsometro.ingest.read.delivered import code_text
from pulsometro.ingest.read.readers import read_delivery
from pulsometro.questionnaire.model import Column, Delivery, Item
from pulsometro.study import Study

# Opaque ids of ten digits look dialled now and then, so many of them never do.
_MANY = 0.35
# A national number beside other digits, as in an id made of the number and the attempt.
_INSIDE = r"(?<!\d)(\d{10})(?!\d)"
# A key of INEGI's: the state and the municipality.
_KEY = re.compile(r"\d{4,5}")
# Groups of AAPOR (2016), with or without what is behind the point.
_AAPOR = re.compile(r"[1-4](?:\.\d*)?$")
_TELEPHONE = re.compile(r"\+?\d[\d \-.()]{6,13}\d")


def read_attempts(study: Study, wave: str, areas: Areas) -> pd.DataFrame:
    """One row per call attempt: canonical names where the questionnaire's ``attempts`` gives them.

    Columns of whole numbers are Int64, others text; the area column is resolved to cve_geo.
    Raises PulsoError when a column looks like telephone numbers, or an area is unknown.
    """
    questionnaire = study.questionnaire(wave)
    path = study.attempts(wave)
    if path is None:
        raise PulsoError(f"params.yaml: waves.{wave} names no file of call attempts.")
    declared = questionnaire.attempts.columns

    def wanted(columns: tuple[str, ...]) -> tuple[str, ...]:
        absent = [c.name for c in declared.values() if c.name not in columns]
        if absent:
            raise PulsoError(f"{path}: the column '{absent[0]}' is not in the file; correct 'attempts' in {wave}.yaml.")
        return tuple(dict.fromkeys(c.name for c in declared.values())) if declared else columns

    layout = Delivery(respondent=(), columns={}, blank=questionnaire.attempts.blank)
    delivered = emptied(with_plain_texts(read_delivery(path, layout, wanted), layout), layout.blank)
    crosswalks = declared or {name: Column(name) for name in delivered.columns}
    area_items = {name for name, item in questionnaire.items.items() if item.kind == "area"}
    result = {}
    for place, (name, crosswalk) in enumerate(crosswalks.items(), 1):
        column = delivered.frame[crosswalk.name]
        # Without columns declared the heading is the file's own, and may be anything.
        where = f"{path}, column {crosswalk.name if declared or plain(name) else place_of(place)}"
        _refuse_telephones(column, where)
        if name in area_items and areas.known:
            result[name] = _area(column, areas, where)
        else:
            result[name] = _values(column, crosswalk, where)
    calls = study.params.weighting.attempts
    if calls is not None and calls.disposition in result:
        _refuse_other_codes(result[calls.disposition], calls.disposition, f"{path}, column {calls.disposition}", wave)
    return pd.DataFrame(result).reset_index(drop=True)


def _refuse_other_codes(column: pd.Series, name: str, where: str, wave: str) -> None:
    """Codes of another list are no interviews, refusals or non-contacts: a file of them looks incomplete."""
    texts = column.dropna().astype(str)
    wrong = texts[~texts.str.match(_AAPOR)]
    if len(wrong):
        first = wrong.iloc[0]
        comma = ", whose decimal mark is a point" if _AAPOR.match(first.replace(",", ".")) and "," in first else ""
        raise PulsoError(
            f"{where}, row {wrong.index[0]} ({len(wrong):,} of such rows): {quoted(first)} is not an AAPOR disposition "
            f"(1.1, 2.11, 3.1 …){comma}; ask for AAPOR's codes, or say what each is in attempts.columns.{name}.codes, "
            f"in quotes (1 interview, 2 eligible, 3 unknown, 4 not eligible) in {wave}.yaml."
        )


def _refuse_telephones(column: pd.Series, where: str) -> None:
    texts = pd.Series([text for text in values.uniques(column)[1] if text], dtype="string")
    dates = texts.str.fullmatch(r"\d{4}-\d{2}-\d{2}|\d{2}-\d{2}-\d{4}")
    digits = texts.str.count(r"\d").between(8, 13) & texts.str.fullmatch(_TELEPHONE.pattern)
    # Written with a country code, blanks, a word before it: what is dialled is a number of this country all the same.
    bare = texts.str.replace(r"\D", "", regex=True)
    inside = dialled(texts.str.extract(_INSIDE, expand=False).fillna(""))
    if len(texts) and ((digits | dialled(texts) | dialled(bare) | inside) & ~dates).mean() > _MANY:
        raise PulsoError(f"{where}: these look like telephone numbers; ask the firm for opaque ids instead.")


def _area(column: pd.Series, areas: Areas, where: str) -> pd.Series:
    places, texts = values.uniques(column)
    found = [areas.resolve(text) if text else None for text in texts]
    for text, area in zip(texts, found, strict=True):
        if text and area is None:
            rows = column.index[places == texts.index(text)]
            said = f"{where}, row {rows[0]} ({len(rows):,} of such rows): {quoted(text, areas.names.values())}"
            near = areas.nearest(text)
            if near is None and _KEY.fullmatch(text):
                raise PulsoError(
                    f"{said} is the key of a municipality that is none of params.yaml's; take such calls out, or list "
                    "it there."
                )
            hint = f" (the nearest is '{near}')" if near else ""
            raise PulsoError(f"{said} is no municipality of params.yaml{hint}; add it to its aliases or list it.")
    return pd.Series(pd.array(found, dtype="string").take(places), index=column.index)


def _values(column: pd.Series, crosswalk: Column, where: str) -> pd.Series:
    if crosswalk.codes:
        item = Item("", "", codes=dict.fromkeys(crosswalk.codes.values(), ""))
        result = values.single(column, item, crosswalk)
        if result.unknown.any():
            first = column.index[result.unknown][0]
            said = quoted(code_text(column[first]), crosswalk.codes)
            raise PulsoError(
                f"{where}, row {first}: the code {said} is unknown; add it to 'attempts' in the questionnaire."
            )
        return result.values
    whole = values.integer(column, Item("", "", kind="integer"), crosswalk)
    words = usual_rows(column)
    # Were they kept, a column of whole numbers would be one of texts.
    if words.any() and not (whole.unknown & ~words).any():
        said = said_words(sorted({code_text(value) for value in column[words]}))
        raise PulsoError(f"{where}, row {column.index[words][0]}: a word for no answer; say attempts.blank: {said}.")
    padded = any(re.match(r"0\d", text) for text in values.uniques(column)[1])
    return values.text(column).values if whole.unknown.any() or padded else whole.values
