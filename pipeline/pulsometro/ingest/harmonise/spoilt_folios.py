"""Folios that a spreadsheet spoilt, that differ in nothing one can see, and a server's own id that comes twice."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.common.discretion import shape, simple
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.harmonise.telephones import LEAST_DIGITS
from pulsometro.ingest.read.cell_errors import is_cell_error

Mask = npt.NDArray[np.bool_]
_SCIENTIFIC = re.compile(r"\d[.,]\d+[eE]\+?\d{1,3}|\d+[eE]\+\d{1,3}")
_MONTHS = "ene|feb|mar|abr|may|jun|jul|ago|sep|sept|oct|nov|dic|jan|apr|aug|dec"
_DATE = re.compile(
    rf"\d{{4}}-\d\d-\d\d(?:[ T]00:00(?::00(?:\.0+)?)?)?|\d{{1,2}}[-/ ](?:{_MONTHS})\.?(?:[-/ ]\d{{2,4}})?"
    rf"|(?:{_MONTHS})\.?[-/ ]\d{{2,4}}|\d{{1,2}}/\d{{1,2}}/\d{{2,4}}",
    re.IGNORECASE,
)
_FIRST_YEARS = re.compile(r"(?:1899|19[0-3]\d)-\d\d-\d\d")
_NOTHING = frozenset({"nan", "none", "null", "nat", "na", "n/a", "<na>", "undefined", "nil", "#n/a", "(blank)", "inf"})
# A spreadsheet keeps so many digits of a number; a binary number every whole one up to 2^53.
_KEPT_DIGITS, _KEPT_BITS = 15, 53
# Of single precision, as Stata's float.
_SINGLE_BITS, _SINGLE_DIGITS = 24, 7
# Ids that count up are at most so many different ones then.
_DISTINCT = 0.75
# Of so many rows that are all multiples of so large a power of two, that is no chance.
_LEAST, _MANY, _COARSE = 3, 10, 4
_DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d\u00ad]")
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_SERVERS = frozenset(
    {"uuid", "meta instanceid", "instanceid", "key", "responseid", "response id", "respondent id", "respondentid",
     "submission id", "submissionid", "submission uuid"}
)  # fmt: skip
_SERVER_ID = re.compile(r"(?:uuid:)?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|R_\w{10,}|\d{4,}", re.IGNORECASE)
_ASK = "ask for the file with the folio's column as text."


def refuse_spoilt(folio: pd.Series, path: Path) -> None:
    """Raise PulsoError where folios are no longer what they were: each way of losing them has its own sentence."""
    _refuse_scientific(folio, path)
    texts = folio.fillna("")
    errors = texts.isin([text for text in texts.unique() if is_cell_error(text)]).to_numpy(dtype=bool)
    if errors.any():
        raise PulsoError(
            f"{path}, {_first(errors, folio)}: the folio's cell holds a spreadsheet's error; correct the cells, or ask "
            "for the file again."
        )
    nothing = texts.str.strip().str.lower().isin(_NOTHING).to_numpy(dtype=bool)
    if nothing.any():
        raise PulsoError(
            f"{path}, {_first(nothing, folio)}: what stands as folio is a program's word for nothing ('nan', 'null'); "
            "ask for the folios of those interviews."
        )
    _refuse_dates(folio, path)
    _refuse_rounded(folio, path)
    _refuse_single(folio, path)


def _refuse_scientific(folio: pd.Series, path: Path) -> None:
    spoilt = folio.fillna("").str.fullmatch(_SCIENTIFIC.pattern).to_numpy(dtype=bool)
    if spoilt.any():
        first = folio[spoilt].iloc[0]
        # 8.112345678E+09 is a telephone still: only what was lost is shown of it.
        said = first if sum(c.isdigit() for c in first) < LEAST_DIGITS else shape(first)
        rows = rows_said(folio.index[folio == first])
        more = int(spoilt.sum()) - int((folio == first).sum())
        others = f"; in {more:,} more rows alike" if more else ""
        raise PulsoError(
            f"{path}: a spreadsheet wrote the folios as {said} (rows {rows}{others}) and their last digits are lost; "
            f"{_ASK}"
        )


def _refuse_dates(folio: pd.Series, path: Path) -> None:
    """Some folios among others: 3-5 became the third of May. Where all are days, the column is another's.

    Small numbers that a workbook shows as dates are days of the first years that it counts.
    """
    days = folio.fillna("").str.fullmatch(_DATE.pattern, flags=re.IGNORECASE).to_numpy(dtype=bool)
    first_years = folio.fillna("").str.match(_FIRST_YEARS.pattern).to_numpy(dtype=bool)
    if days.any() and (2 * days.sum() < len(folio) or (days & first_years).sum() == days.sum()):
        raise PulsoError(f"{path}, {_first(days, folio)}: a spreadsheet made a date of the folio; {_ASK}")


def _refuse_rounded(folio: pd.Series, path: Path) -> None:
    texts = folio.dropna()
    long = texts[texts.str.fullmatch(rf"[1-9][0-9]{{{_KEPT_DIGITS},18}}")]
    if len(long) < _LEAST or 2 * len(long) < len(texts):
        return
    numbers = long.astype("int64").to_numpy()
    digits = long.str.len().max()
    zeros = bool((long.str[_KEPT_DIGITS:].str.strip("0") == "").all())
    # Of a number of so many bits the last ones are gone: every one is a multiple of a power of two.
    step = np.exp2(np.floor(np.log2(numbers.astype(float))) - _KEPT_BITS + 1)
    binary = bool((step >= _COARSE).all() and len(long) >= _MANY and (numbers % step.astype(np.int64) == 0).all())
    if zeros or binary:
        how = f"only {_KEPT_DIGITS} digits are kept" if zeros else "a number with a point keeps 15 to 17 digits"
        raise PulsoError(
            f"{path}: the folios have {digits} digits and the last ones were rounded away (rows "
            f"{rows_said(long.index)}), as where a spreadsheet or a program takes them for numbers: {how}; {_ASK}"
        )


def _refuse_single(folio: pd.Series, path: Path) -> None:
    """Folios that repeat because single precision holds no more of them: each is a multiple of what it can tell."""
    texts = folio.dropna()
    long = texts[texts.str.fullmatch(rf"[1-9][0-9]{{{_SINGLE_DIGITS},{_KEPT_DIGITS - 1}}}")]
    if len(long) < _MANY or len(long) < len(texts) or long.nunique() > _DISTINCT * len(long):
        return
    numbers = long.astype("int64").to_numpy()
    step = np.exp2(np.floor(np.log2(numbers.astype(float))) - _SINGLE_BITS + 1)
    if (step >= 2).all() and (numbers % step.astype(np.int64) == 0).all():
        raise PulsoError(
            f"{path}: the folios have {long.str.len().max()} digits and repeat ({long.nunique():,} in {len(long):,} "
            f"rows), because the file keeps them as numbers of single precision (Stata's float), which hold "
            f"{_SINGLE_DIGITS}; {_ASK}"
        )


def refuse_alike(folio: pd.Series, path: Path) -> None:
    """Raise PulsoError where two folios are one but for what nobody sees or says."""
    texts = folio.dropna()
    texts = texts[~texts.duplicated(keep=False)]
    for key, difference in _WAYS:
        made = texts.map({text: key(text) for text in texts.unique()})
        same = made.duplicated(keep=False).to_numpy(dtype=bool)
        if key is _dashless:
            # Only where one of them has fewer dashes: F1-01 is not F10-1.
            dashes = texts.map(lambda text: len(re.findall("[-_ ]", _DASHES.sub("-", text))))
            same = same & (dashes.groupby(made).transform("nunique").to_numpy() > 1)
        if not same.any():
            continue
        first = made[same].iloc[0]
        rows = texts.index[made == first]
        others = int(made[same].nunique()) - 1
        more = f" ({others:,} more pairs alike)" if others else ""
        raise PulsoError(
            f"{path}: the folios of rows {rows_said(rows)} are the same but for {difference}{more}; ask which "
            "interview is the right one, or, if they are two, for folios that differ in more."
        )


def _plain(text: str) -> str:
    """What is seen of a text: one Unicode form, no invisible characters, single blanks."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in {"Cf", "Cc"})
    return " ".join(seen.split())


def _cased(text: str) -> str:
    return _plain(text).casefold()


def _counted(text: str) -> str:
    return _ZEROS.sub("", _DASHES.sub("-", _cased(text)))


def _dashless(text: str) -> str:
    """Without its only dash or blank: 1-12 and 11-2 have one each, and are not written alike without."""
    return re.sub("[-_ ]", "", _DASHES.sub("-", _cased(text)))


_WAYS: Iterable[tuple[Callable[[str], str], str]] = (
    (_plain, "characters that nobody sees, or that are written in two ways"),
    (_cased, "capitals"),
    (lambda text: _DASHES.sub("-", _cased(text)), "the kind of hyphen"),
    (_counted, "leading zeros"),
    (_dashless, "a hyphen or a blank"),
)


def rows_said(index: pd.Index) -> str:
    """The first three rows of some, and whether there are more."""
    shown = ", ".join(str(row) for row in index[:3])
    return f"{shown} …" if len(index) > 3 else shown


def _first(rows: Mask, folio: pd.Series) -> str:
    """Where the first of some rows is, and how many they are."""
    number = int(rows.sum())
    return f"row {folio.index[rows][0]}" + (f" (and {number - 1:,} more)" if number > 1 else "")


def server_ids(columns: Collection[str], read: Collection[str]) -> tuple[str, ...]:
    """Columns in which a server gives every interview an id of its own, beside those that are ``read`` anyway."""
    names = list(columns)
    return tuple(name for name in names if simple(name) in _SERVERS and name not in read and names.count(name) == 1)


def refuse_sent_twice(frame: pd.DataFrame, path: Path) -> None:
    """Raise PulsoError where a server's own id stands in two rows: one interview, whatever its folios are."""
    for name in frame.columns:
        if simple(str(name)) not in _SERVERS:
            continue
        ids = frame[name].astype("string").str.strip()
        ids = ids[ids.fillna("") != ""]
        repeated = ids.duplicated(keep=False)
        if not repeated.any() or not ids.str.fullmatch(_SERVER_ID.pattern, flags=re.IGNORECASE).mean() > 0.9:
            continue
        rows = ids.index[ids == ids[repeated].iloc[0]]
        others = int(ids[repeated].nunique()) - 1
        more = f"; {others:,} more ids alike" if others else ""
        raise PulsoError(
            f"{path}, column '{name}': the server's own id is the same in rows {rows_said(rows)}{more}: one interview "
            "was sent or pasted twice; take out the rows that are too many, or ask for the server's own download."
        )
