"""Telephones: only a code under a key that no git holds stays of them, and none may lie where others are read.

There are so few telephone numbers that a hash without a key is a list of them: whoever has the file hashes them all
in seconds. Under a key that lies beside the project a code is compared with the study's other codes, and with
nothing else (HMAC: RFC 2104; SHA-256: FIPS 180-4).
"""

import hmac
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.common.secret_keys import KEY_BYTES, SecretKey

KEY = SecretKey(
    "telephones.key", "the telephones",
    "after which telephones of earlier editions are not recognised until 'pulso ingest' ran again for each of them",
)  # fmt: skip
# Simulated telephones belong to nobody, and a fresh clone must make the same bytes without a key of its own.
DEMONSTRATION_KEY = b"pulsometro: telephones of nobody"
DEMONSTRATION = "demonstration"
# 64 bits: among a million telephones two share a code with probability 3 in 10^8, and a shorter code would protect no
# better, as what protects is the key.
_CODE_DIGITS = 16
# A spreadsheet's or a data frame's number: 8112345678.0, 8.112345678E+09.
_AS_NUMBER = re.compile(r"\d{7,}[.,]0+|\d[.,]\d+[eE]\+?\d{1,2}")
# From abroad, and to mobiles before 2019; as many as leave a national number's ten digits.
_PREFIXES = re.compile(r"^(?:521|52|00|01|044|045)+(?=\d{10})")
_MARKS = re.compile("[^0-9]+")
_RUN = re.compile(r"[0-9]{8,}")
_WRITTEN = re.compile(r"\+?[\d\s().\-]+")
# A telephone has so many; a row of letters or of test values repeats itself from column to column.
LEAST_DIGITS = 7
# A shorter piece of a number meets another by chance.
_LEAST_INSIDE = 8
# A text may be somebody's number by chance; three are not, beyond what chance gives among many.
_NATIONAL, _NUMBERS_OF_AN_AREA, _LITTLE, _TOO_MANY = 10, 1e8, 0.01, 3


def wave_key(root: Path, simulated: bool) -> bytes:
    """The key of a wave's telephones: the study's own, or of a simulated wave the one that everybody has.

    Raises MachineError as ``load_key`` does.
    """
    return DEMONSTRATION_KEY if simulated else load_key(root)


def load_key(root: Path) -> bytes:
    """The study's key (32 bytes) of ``<root>/.pulso/telephones.key``, made at first use.

    Its folder keeps itself out of git. Raises MachineError when the file is no key, or can be neither read nor made.
    """
    return KEY.make(root)


def fingerprint(key: bytes) -> str:
    """What the record says of a key: codes of two waves may be compared when theirs are equal.

    16 hexadecimal digits, or the word ``demonstration``.
    """
    return DEMONSTRATION if key == DEMONSTRATION_KEY else _code("fingerprint", "", key)


def keyed(column: pd.Series, key: bytes) -> pd.Series:
    """Each telephone's code under the key, 16 hexadecimal digits; however a number is written it has one code.

    ``column``: text or numbers; what is missing stays missing. Raises ValueError for a key of another length than
    32 bytes: under a short one the numbers can be had back.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
    codes = {value: _code("telephone", number(str(value)), key) for value in column.dropna().unique()}
    return column.map(codes).astype("string")


def ranked(column: pd.Series, wave: str) -> pd.Series:
    """Where there is no key: each number's rank by its first row, which is the same of no other wave's number."""
    places, _ = pd.factorize(column.map(lambda value: number(str(value)), na_action="ignore"))
    ranks = [f"{wave}/{place + 1}" if place >= 0 else None for place in places]
    return pd.Series(pd.array(ranks, dtype="string"), index=column.index, name=column.name)


def _code(what: str, text: str, key: bytes) -> str:
    return hmac.digest(key, f"{what} {text}".encode(), "sha256").hex()[:_CODE_DIGITS]


def number(text: str) -> str:
    """The digits of a telephone without what is dialled before it from elsewhere; of a text without digits, the text.

    '+52 81 1234 5678', '81-1234-5678' and '8112345678.0' are one number.
    """
    plain = text.strip()
    if _AS_NUMBER.fullmatch(plain):
        plain = format(Decimal(plain.replace(",", ".")), "f").partition(".")[0]
    digits = _MARKS.sub("", plain) if plain.isascii() else _digits(plain)
    return _PREFIXES.sub("", digits) if digits else plain.casefold()


def _digits(text: str) -> str:
    """Digits of any script, as some telephones and keyboards write them."""
    return "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())


def refuse_in_texts(texts: Mapping[str, pd.Series], telephone: pd.Series, path: Path) -> None:
    """Raise PulsoError naming the first item and row whose value holds a telephone of the delivery, forwards or
    backwards. ``texts``: by item, text or numbers."""
    for name, column in texts.items():
        written = column if pd.api.types.is_string_dtype(column.dtype) else _long_numbers(column)
        held, others = carrying(written, telephone), carrying_others(written, telephone)
        if held.any() or others.any():
            whose = "the interview's" if held.any() else "another interview's"
            found = held if held.any() else others
            raise PulsoError(
                f"{path}, row {column.index[found][0]}: the text of item {name} holds {whose} telephone number "
                f"(in {int(found.sum()):,} rows); take it out of the file, or correct delivery in the questionnaire."
            )


def _long_numbers(column: pd.Series) -> pd.Series:
    """Numbers that could be a telephone, as texts of digits."""
    numbers = pd.to_numeric(column).astype("Float64")
    whole = (numbers.abs() >= 10 ** (LEAST_DIGITS - 1)) & (numbers.abs() < 1e13) & (numbers % 1 == 0)
    return numbers.where(whole.fillna(False)).abs().astype("Int64").astype("string")


def carrying(texts: pd.Series, telephone: pd.Series) -> npt.NDArray[np.bool_]:
    """Rows whose text is, holds or is a piece of the row's telephone, however the two are written, or backwards."""
    found = np.zeros(len(texts), dtype=bool)
    enough = (texts.str.count(r"\d") >= LEAST_DIGITS) & (telephone.str.count(r"\d") >= LEAST_DIGITS)
    rows = enough.fillna(False).to_numpy(dtype=bool)
    pairs = zip(texts.to_numpy(dtype=object)[rows], telephone.to_numpy(dtype=object)[rows], strict=True)
    found[rows] = [_alike(text, number(called)) for text, called in pairs]
    return found


def _alike(text: str, telephone: str) -> bool:
    """Whether a text, or a run of digits in it, is the number, holds it or is a piece of it, in either direction."""
    pieces = {number(text), *_RUN.findall(text)}
    return any(_same(piece, each) for piece in pieces for each in (telephone, telephone[::-1]))


def _same(text: str, telephone: str) -> bool:
    shorter, longer = (text, telephone) if len(text) < len(telephone) else (telephone, text)
    return text == telephone or (len(shorter) >= _LEAST_INSIDE and shorter in longer)


def carrying_others(texts: pd.Series, telephone: pd.Series) -> npt.NDArray[np.bool_]:
    """Rows whose text is or holds the telephone of any row, forwards or backwards; none where chance explains them.

    A national number has ten digits, of which an area's first two are the same: a text of ten digits meets one of n
    numbers with probability n / 10^8. A shorter one counts where it is the whole text, in three rows or more.
    """
    known = {number(called) for called in telephone.dropna().unique()}
    known = {digits for digits in known if digits.isdecimal() and len(digits) >= LEAST_DIGITS}
    national = {digits for digits in known if len(digits) >= _NATIONAL}
    national |= {digits[::-1] for digits in national}
    whole = known | {digits[::-1] for digits in known}
    longest = (texts.str.count(r"\d") >= LEAST_DIGITS).fillna(False).to_numpy(dtype=bool)
    found, places = np.zeros(len(texts), dtype=bool), np.flatnonzero(longest)
    inside, tried = np.zeros(len(texts), dtype=bool), 0
    for place, text in zip(places, texts.to_numpy(dtype=object)[longest], strict=True):
        digits = _digits(text)
        pieces = {digits[k : k + _NATIONAL] for k in range(len(digits) - _NATIONAL + 1)}
        tried += len(pieces)
        inside[place] = not pieces.isdisjoint(national)
        found[place] = number(text) in whole
    by_chance = tried * len(national) / _NUMBERS_OF_AN_AREA
    least = 1 if by_chance < _LITTLE else _TOO_MANY + 10 * by_chance
    inside = inside if inside.sum() >= least else np.zeros(len(texts), dtype=bool)
    return inside | found if found.sum() >= _TOO_MANY + 10 * by_chance else inside


def dialled(texts: pd.Series) -> pd.Series:
    """Of the texts that are there, which could be a Mexican number: ten digits, and none begins with 0 or 1."""
    known = texts.dropna()
    plain = known.map(number).astype("string")
    return known.str.fullmatch(_WRITTEN.pattern) & plain.str.fullmatch("[2-9][0-9]{9}")
