"""Folios are ids and nothing else: they stand in reports and go to partners, so what could tell a person is refused."""

import re
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.common.discretion import shape, simple
from pulsometro.common.errors import PulsoError
from pulsometro.common.plain_words import WORDS
from pulsometro.ingest.harmonise.spoilt_folios import rows_said
from pulsometro.ingest.harmonise.telephones import LEAST_DIGITS, carrying, carrying_others, dialled, number

# CURP and key of elector: a person's initials and date of birth. An RFC is like a firm's id where it stands alone.
_KEYS = re.compile(r"\b(?:[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d|[A-Z]{6}\d{8}[HM]\d{3})\b")
_RFC = re.compile(r"[A-Z\u00d1&]{4}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[A-Z0-9]{3}")
_DAY = re.compile(r"(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2}))(?:[ T]\d.*)?")
_JOINED = re.compile(r"(?<=\d)[\s().,/\-]+(?=\d)")
_SEVERAL = re.compile(r"[^\W\d_]{2,}[\s,.;]+[^\W\d_]{2,}")
_NUMBER = re.compile(r"(?:tel\w*[.:]*\s*)?\+?[\d\s().\-/]+", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_:\-]{6,}")
# As many rows share what an id begins with; a server's random ids are told from names where there are some of them.
_SHARED, _TOKENS = 3, 10
# Ids that count up leave few numbers out between them; telephones of one city leave hundreds.
_GAP = 20.0
_ENDING = 6
_LONGEST_NUMBER = 13
_REMEDY = "correct delivery in the questionnaire, or ask the firm for folios of their own."
Mask = npt.NDArray[np.bool_]


def refuse_telling(
    folio: pd.Series, telephone: pd.Series | None, interviewer: pd.Series | None, places: Collection[str], path: Path
) -> None:
    """Raise PulsoError where folios hold telephones, could tell a person, or were exchanged for another column.

    ``telephone``, ``interviewer``: as delivered; None where the wave has none. ``places``: names of municipalities as
    ``simple`` gives them, with which a firm's folios may begin.
    """
    _refuse_few(folio, interviewer, path)
    if telephone is not None:
        _refuse_telephones(folio, telephone, path)
    if telephone is not None and interviewer is not None:
        _refuse_exchanged(telephone, interviewer, path)
    told = suspects(folio, frozenset(places), telephone is not None)
    if interviewer is not None:
        told = told | _of_interviewers(folio, interviewer)
    if told.any():
        first = folio.index[told][0]
        raise PulsoError(
            f"{path}, row {first}: what stands as folio may be somebody's name, address, telephone, date or key "
            f"({shape(folio[first])}; in {int(told.sum()):,} rows), and folios stand in reports; correct the rows, or "
            "ask the firm for folios of their own."
        )


def refuse_repeated(folio: pd.Series, path: Path, hidden: Collection[str] = ()) -> None:
    """Raise PulsoError where two rows have one folio. ``hidden``: texts that are never shown, whoever has them."""
    repeated = folio.duplicated(keep=False) & folio.notna()
    if not repeated.any():
        return
    first = folio[repeated].iloc[0]
    rows = folio.index[folio == first]
    others = folio[repeated].nunique() - 1
    more = f" ({others:,} more repeated)" if others else ""
    said = shape(first) if first in hidden or _long(first) or _DAY.fullmatch(first) else first
    raise PulsoError(
        f"{path}: the folio {said} is in rows {rows_said(rows)}{more}; ask which interview is the right one."
    )


def _long(text: str) -> bool:
    return text.isdecimal() and len(text) >= LEAST_DIGITS


def _refuse_few(folio: pd.Series, interviewer: pd.Series | None, path: Path) -> None:
    """Few folios for many rows are none: a column was exchanged, and what it holds is shown no more than a name."""
    rows, different = int(folio.notna().sum()), folio.nunique()
    # A file pasted twice has each of its folios twice.
    if rows < _TOKENS or different >= rows / 2:
        return
    theirs = 0 if interviewer is None else interviewer.nunique()
    why = "so the column is another's"
    if theirs >= 0.95 * rows:
        why = "and the interviewers' ids do not, as if the two columns had been exchanged"
    raise PulsoError(f"{path}: the folios repeat ({different:,} in {rows:,} rows), {why}; {_REMEDY}")


def _refuse_exchanged(telephone: pd.Series, interviewer: pd.Series, path: Path) -> None:
    if _look_dialled(interviewer) and 2 * interviewer.nunique() > len(interviewer) and not _look_dialled(telephone):
        raise PulsoError(
            f"{path}: the interviewers' ids look like telephone numbers and the telephones do not, as if the two "
            "columns had been exchanged; correct delivery in the questionnaire, or ask the firm for the file again."
        )


def _refuse_telephones(folio: pd.Series, telephone: pd.Series, path: Path) -> None:
    # Where there are no telephones to compare with, ids of another length than theirs are no reason to doubt.
    likely = telephone.notna().any() or dialled(folio).mean() >= 0.5
    if likely and _look_dialled(folio, half=True) and not _look_dialled(telephone):
        raise PulsoError(
            f"{path}, row {folio.index[0]}: the folios look like telephone numbers and the telephones do not, as if "
            f"the two columns had been exchanged; {_REMEDY}"
        )
    held = carrying(folio, telephone)
    ends = _ending(folio, telephone)
    held = held | ends if ends.sum() >= _SHARED + 10 * len(folio) / 10**_ENDING else held
    if held.any():
        first = folio.index[held][0]
        verb = "is" if number(folio[first]) == number(telephone[first]) else "holds"
        raise PulsoError(
            f"{path}, row {first}: the folio {verb} the telephone number (in {int(held.sum()):,} rows); ask the firm "
            "for folios of their own."
        )
    moved = carrying_others(folio, telephone)
    if moved.any():
        raise PulsoError(
            f"{path}, row {folio.index[moved][0]}: the folio is the telephone number of another row, or holds it (in "
            f"{int(moved.sum()):,} rows), as if a column had been moved; ask the firm for folios of their own."
        )


def _ending(folio: pd.Series, telephone: pd.Series) -> Mask:
    """Rows whose folio's number is the last six digits or more of their telephone: by chance in one of a million."""
    found = []
    for text, called in zip(folio.fillna(""), telephone.fillna(""), strict=True):
        last = (called if called.isdecimal() else number(called))[-_ENDING:]
        likely = len(last) == _ENDING and (last in text or last in _JOINED.sub("", text))
        parts = {_longest(text), *re.findall(r"\d+", text)} if likely else ()
        found.append(any(len(part) >= _ENDING and number(called).endswith(part) for part in parts))
    return np.array(found, dtype=bool)


def _look_dialled(texts: pd.Series, half: bool = False) -> bool:
    """Most, or a ``half``, are numbers as long as telephones that do not count up as ids do."""
    known = texts.dropna()
    numbers = [number(text) for text in known if _NUMBER.fullmatch(text)]
    long = [int(n) for n in numbers if n.isdecimal() and LEAST_DIGITS <= len(n) <= _LONGEST_NUMBER]
    return len(long) >= _SHARED and 2 * len(long) + half > len(known) and not _count_up(long)


def _count_up(numbers: list[int]) -> bool:
    return len(numbers) > 1 and float(np.median(np.diff(np.sort(np.array(numbers, dtype=np.int64))))) <= _GAP


def suspects(folio: pd.Series, places: Collection[str] = frozenset(), dialling: bool = True) -> Mask:
    """Rows whose folio could tell a person: written like no other's, or as names, e-mails, keys and days are.

    ``dialling``: also those that look like a telephone among others that do not.
    """
    texts = pd.Series(folio.dropna().unique(), dtype="string").tolist()
    tokens = _are_tokens(texts)
    wrong = {text for text in texts if _is_written_as(text)}
    # A firm's prefix and number may be written as they are: then most folios are.
    taxed = {text for text in texts if _RFC.fullmatch(text.upper())}
    wrong |= taxed if 2 * len(taxed) < len(texts) else set()
    wrong |= set() if tokens else _unshared(texts, places)
    wrong |= _odd_numbers(texts) if dialling and not tokens else set()
    return folio.isin(wrong).to_numpy(dtype=bool)


def _is_written_as(text: str) -> bool:
    return "@" in text or bool(_DAY.fullmatch(text)) or bool(_KEYS.search(text.upper()))


def _are_tokens(texts: list[str]) -> bool:
    """Random ids of one length, as servers make them: letters and digits fall everywhere."""
    if len(texts) < _TOKENS or len({len(text) for text in texts}) > 1 or not all(map(_TOKEN.fullmatch, texts)):
        return False
    if 2 * sum(bool(_RFC.fullmatch(text.upper())) for text in texts) > len(texts):
        return False
    masks = Counter("".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in text) for text in texts)
    usual, count = masks.most_common(1)[0]
    return count < len(texts) / 2 or not any(c == "9" for c in usual)


def _unshared(texts: list[str], places: Collection[str]) -> set[str]:
    """Folios with a word that is no beginning of several, or with several words."""
    words = {text: " ".join(re.findall(r"[^\W\d_]+", simple(text))) for text in texts}
    shared, least = Counter(words.values()), min(_SHARED, len(texts))

    def allowed(said: str, text: str) -> bool:
        # As in 2013T2-00017 or F 12.
        short = all(len(word) <= 2 for word in said.split()) and len(said) <= 5
        known = said in places or all(word in WORDS for word in said.split())
        return known or (
            bool(re.search(r"\d", text)) and (short or (shared[said] >= least and not _SEVERAL.search(text)))
        )

    return {text for text, said in words.items() if len(said) > 1 and not allowed(said, text)}


def _odd_numbers(texts: list[str]) -> set[str]:
    """Folios whose number is as long as a telephone's where the others' are not, or count up and it does not."""
    numbers = {text: int(n) for text in texts if LEAST_DIGITS <= len(n := _longest(text)) <= _LONGEST_NUMBER}
    if not numbers:
        return set()
    if 2 * len(numbers) < len(texts):
        near = {int(n) for text in texts if 0 < len(n := _longest(text)) < LEAST_DIGITS}
        if _count_up(list(numbers.values())) or (near and min(numbers.values()) - max(near) <= len(texts)):
            return set()
        return set(numbers)
    ordered = np.sort(np.array(list(numbers.values()), dtype=np.int64))
    gaps = np.diff(ordered)
    if not len(gaps) or float(np.median(gaps)) > _GAP:
        return set()
    beside = np.minimum(np.append(gaps, np.iinfo(np.int64).max), np.insert(gaps, 0, np.iinfo(np.int64).max))
    begin = {str(n)[:2] for n in ordered[beside <= _GAP].tolist()}
    called = dialled(pd.Series([str(n) for n in numbers.values()], dtype="string")).tolist()
    return {t for (t, n), c in zip(numbers.items(), called, strict=True) if c and str(n)[:2] not in begin}


def _longest(text: str) -> str:
    """The longest run of digits, marks between them left out."""
    return max(re.findall(r"\d+", _JOINED.sub("", text)), key=len, default="")


def _of_interviewers(folio: pd.Series, interviewer: pd.Series) -> Mask:
    """Rows whose folio is an interviewer's id with letters, where few folios are written alike."""
    ids = {text for text in interviewer.dropna().unique() if re.search(r"[^\W\d_]", text)}
    alike = Counter(re.sub(r"\d", "9", text) for text in folio.dropna().unique())
    return folio.isin({text for text in ids if alike[re.sub(r"\d", "9", text)] < _SHARED}).to_numpy(dtype=bool)
