"""Deliveries whose folios were spoilt, or that hold one interview twice: each with what is said and what mends it."""

import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.ingest import deliveries as d

Change = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Case:
    """``change``: what is wrong; ``says``: of the one sentence; ``remedy``: what it asks for, which is accepted."""

    change: Change
    says: str
    remedy: Change = lambda frame: frame
    file: str = "datos.csv"


def _folios(make: Callable[[int], object]) -> Change:
    """Folios made of the row's number, 1 for the first."""
    return lambda frame: frame.assign(FOLIO=pd.array([make(k) for k in range(1, len(frame) + 1)], dtype=object))


def _some(values: dict[int, object], otherwise: Callable[[int], object] = lambda k: f"F{k:05d}") -> Change:
    return _folios(lambda k: values.get(k, otherwise(k)))


def _ids(column: str, make: Callable[[int], str], twice: dict[int, int]) -> Change:
    """A server's column of ids; row → the earlier row whose id it has."""
    return lambda frame: frame.assign(**{column: [make(twice.get(k, k)) for k in range(1, len(frame) + 1)]})


def _uuid(k: int) -> str:
    return str(uuid.UUID(int=k * 7_919_191_919_191_919_191_919_191))


def _without(*rows: int) -> Change:
    """The file without those rows, the first being 1."""
    return lambda frame: frame.drop(index=[row - 1 for row in rows])


_LOST = r"a spreadsheet wrote the folios as .* their last digits are lost; ask .* as text"
_DATE = r"row \d+ \(and 1 more\): a spreadsheet made a date of the folio; .* as text"
_ERROR = r"the folio's cell holds a spreadsheet's error"
_NOTHING = r"a program's word for nothing"
_SENT = r"the server's own id is the same in rows .* sent or pasted twice"

CASES: dict[str, Case] = {
    "folios in scientific form, all different": Case(_folios(lambda k: f"{2 + k / 100:.2f}E+17"), _LOST),
    "folios in scientific form, all one": Case(_some({}, lambda _: "2.01E+17"), _LOST),
    "folios in scientific form with a comma": Case(_folios(lambda k: f"2,{k:02d}E+11"), _LOST),
    "three folios in scientific form": Case(_some({4: "2.01E+12", 8: "2.01E+12", 9: "2.03E+12"}), _LOST),
    "folios of 18 digits that end in zeros": Case(
        _folios(lambda k: f"{201_305_020_000_000 + k * 37}000"), "18 digits and the last ones were rounded away"
    ),
    "folios of 18 digits out of a binary number": Case(
        _folios(lambda k: f"{int(float(201_305_020_000_000_000 + k * 1_379))}"), "the last ones were rounded away"
    ),
    "folios of 16 digits that end in zero": Case(
        _folios(lambda k: f"{201_305_020_000_000 + k}0"), "the last ones were rounded away"
    ),
    "folios that became days": Case(_some({3: "2020-05-03 00:00:00", 4: "2020-05-04 00:00:00"}), _DATE),
    "folios that became days in Spanish": Case(_some({3: "03-may", 4: "04-may"}, lambda k: f"{k}-5"), _DATE),
    "folios that became months": Case(_some({13: "may-13", 14: "may-14"}, lambda k: f"F{k}-5"), _DATE),
    "a folio nan": Case(_some({7: "nan"}), _NOTHING),
    "folios null": Case(_some({7: "NULL", 9: "null", 12: "None"}), _NOTHING),
    "a folio #SPILL!": Case(_some({5: "#SPILL!"}), _ERROR),
    "a folio #REF!": Case(_some({5: "#REF!"}), _ERROR),
    "a folio #¡DESBORDAMIENTO!": Case(_some({5: "#¡DESBORDAMIENTO!"}), _ERROR),
    "a folio #CALC!": Case(_some({5: "#CALC!"}), _ERROR),
    "a folio Err:502": Case(_some({5: "Err:502"}), _ERROR),
    "two folios but for capitals": Case(_some({9: "f00003"}), "rows 4, 10 are the same but for capitals"),
    "two folios but for leading zeros": Case(_some({9: "F3"}), "rows 4, 10 are the same but for leading zeros"),
    "two folios but for a hyphen": Case(
        _some({9: "F00003"}, lambda k: f"F-{k:05d}"), "rows 4, 10 are the same but for a hyphen or a blank"
    ),
    "two folios but for the kind of hyphen": Case(
        _some({9: "F\u201300003"}, lambda k: f"F-{k:05d}"), "rows 4, 10 are the same but for the kind of hyphen"
    ),
    "two folios but for a zero-width blank": Case(
        _some({9: "F00\u200b003"}), r"(rows 4, 10 are the same but for characters that nobody sees|is in rows 4, 10)"
    ),
    "two folios but for their form of Unicode": Case(
        _some({3: "Ñ00003", 9: unicodedata.normalize("NFD", "Ñ00003")}, lambda k: f"Ñ{k:05d}"),
        r"(characters that nobody sees, or that are written in two ways|is in rows 4, 10)",
    ),
    "Kobo's id twice": Case(_ids("_uuid", _uuid, {9: 3}), _SENT, _without(9)),
    "Kobo's ids of a block pasted twice": Case(
        _ids("_uuid", _uuid, {k: k - 30 for k in range(31, 61)}), _SENT, _without(*range(31, 61))
    ),
    "ODK's id twice": Case(_ids("meta/instanceID", lambda k: f"uuid:{_uuid(k)}", {9: 3}), _SENT, _without(9)),
    "ODK's id twice, another heading": Case(
        _ids("meta-instanceID", lambda k: f"uuid:{_uuid(k)}", {9: 3}), _SENT, _without(9)
    ),
    "SurveyCTO's KEY twice": Case(_ids("KEY", lambda k: f"uuid:{_uuid(k)}", {9: 3}), _SENT, _without(9)),
    "Qualtrics' id twice": Case(
        _ids("ResponseId", lambda k: f"R_{_uuid(k).replace('-', '')[:15]}", {9: 3, 20: 3}), _SENT, _without(9, 20)
    ),
    "SurveyMonkey's id twice": Case(_ids("Respondent ID", lambda k: f"{11_800_000_000 + 7 * k}", {9: 3}), _SENT,
                                    _without(9)),
    "an error in a text of a csv": Case(lambda frame: frame.assign(ENC=frame["ENC"].where(frame.index != 4, "#SPILL!")),
                                        "the cell holds the error #SPILL!"),
    "a new error in a workbook": Case(lambda frame: frame.assign(ENC=frame["ENC"].where(frame.index != 4, "#CALC!")),
                                      "the cell holds the error #CALC!", file="datos.xlsx"),
}  # fmt: skip

# Folios as firms and servers write them, and columns beside them: nothing is said of these.
SOUND: dict[str, Change] = {
    "numbers": _folios(lambda k: k),
    "long numbers that count up": _folios(lambda k: f"{201_305_020_000_000_100 + k}"),
    "long numbers in tens": _folios(lambda k: f"{(201_305_020_000_000 + k) * 10 + k % 7}"),
    "interviewer and number": _folios(lambda k: f"{1 + (k - 1) // 9}-{1 + (k - 1) % 9:02d}"),
    "interviewer and number, run together by a letter": _folios(lambda k: f"F{1 + k // 10}-{k % 10}"),
    "e as a letter": _folios(lambda k: f"{k}E{10 + k % 7}"),
    "a server's ids": _folios(lambda k: f"uuid:{_uuid(k)}"),
    "random ids of capitals and small letters": _folios(
        lambda k: "R_" + "".join(np.random.default_rng(k).choice(list("abcdefXYZ0123456789"), 15))
    ),
    "a column of ids that are all different": _ids("_uuid", _uuid, {}),
    "a key of who asked": _ids("KEY", lambda k: f"E{k % 4}", {}),
    "a column of ids that is empty": _ids("_uuid", lambda _: "", {}),
}


def mended(case: Case) -> pd.DataFrame:
    """A file as the sentence of ``case`` asks for it: its folios as they were, or without the rows too many."""
    return case.remedy(d.good())
