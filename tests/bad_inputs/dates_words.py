"""Deliveries whose dates, texts, headings and encodings are wrong, or only look so."""

import unicodedata
from collections.abc import Callable

import pandas as pd

from tests.bad_inputs import broken as b
from tests.bad_inputs.broken import Break, swap
from tests.ingest import deliveries as d

Edit = Callable[[str], str]


def delivery(line: str) -> Edit:
    """A line put under ``delivery`` in the questionnaire."""
    return swap("  respondent: FOLIO", f"  {line}\n  respondent: FOLIO")


def column(item: str, now: str) -> Edit:
    """The column of an item, written anew."""
    old = next(
        line for line in d.QUESTIONNAIRE.splitlines() if line.startswith(f"    {item}: ") and "text:" not in line
    )
    return swap(old, f"    {item}: {now}")


def every(column_name: str, change: Callable[[str], str]) -> Break:
    """Each text of a column changed."""
    return b.table(lambda frame: frame.assign(**{column_name: frame[column_name].astype(str).map(change)}))


def first(column_name: str, value: object, rows: int = 3) -> Break:
    """The first rows of a column replaced."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        changed = frame.astype({column_name: object})
        changed.loc[: rows - 1, column_name] = value
        return changed

    return b.table(change)


def apart(text: str) -> str:
    """Letters and accents apart, as a Mac writes them."""
    return unicodedata.normalize("NFD", text)


def twice(text: str) -> str:
    """UTF-8 that was taken for Windows-1252 and written as UTF-8 again."""
    return text.encode("utf-8").decode("latin-1")


YES = {1: "Sí", 2: "No"}
LIKE_P1 = {1: "Mucha", 2: "algo", 3: "POCA", 4: "Nada", 8: "8", 9: "No contestó"}
# Read all the same: what breaks it, and what a note says of it.
ACCEPTED: dict[str, tuple[Break, str]] = {
    "a code with a blank of no width": (
        every("P1", lambda t: t + "\u200b"), r"nobody sees were taken out: P1 \(<U\+200B>"
    ),
    "a word joiner before a code": (every("P2", lambda t: "\u2060" + t), r"<U\+2060>"),
    "a soft hyphen in a municipality": (every("MUN", lambda t: t.replace("SAN", "SA\u00adN")), "<U\\+00AD>"),
    "a mark of direction in a folio": (every("FOLIO", lambda t: "\u200e" + t), "<U\\+200E>"),
    "labels in NFD": (b.table(lambda f: f.assign(P5=f["P5"].map(lambda c: apart(YES[c])))), "came apart .* P5"),
    "labels in capitals without accents": (
        b.table(lambda f: f.assign(P5=f["P5"].map({1: "SI ", 2: " NO"}))), "labels came instead of codes .*: P5"
    ),
    "labels beside codes of missing answers": (
        b.table(lambda f: f.assign(P1=f["P1"].map(LIKE_P1))),
        "labels came instead of codes .*: P1",
    ),
    "municipalities in UTF-8 twice": (every("MUN", twice), r'UTF-8 written twice .*: MUN → delivery\.mend: "utf-8"'),
    "names of columns in NFD": (
        lambda f: (
            b.text(lambda t: t.replace("SEXO", apart("Género")))(f),
            d.write_study(f, edit=column("sexo", "Género")),
        )[0],
        "blanks where",
    ),
}  # fmt: skip
# Refused: what breaks it, what the sentence says, and what to change in the questionnaire so that it is read.
REFUSED: dict[str, tuple[Break, str, Edit | None]] = {
    "a label that is another code": (
        lambda f: (
            b.table(lambda t: t.assign(P5=t["P5"].map({1: "ninguno", 2: "1"})))(f),
            d.write_study(f, edit=swap("codes: {1: sí, 2: no}", 'codes: {1: ninguno, 2: "1"}')),
        )[0],
        "'1' is a code, and another code's label where labels came too",
        lambda t: column("victima", '{name: P5, codes: {ninguno: 1, "1": 2}}')(
            swap("codes: {1: sí, 2: no}", 'codes: {1: ninguno, 2: "1"}')(t)
        ),
    ),
    "two labels that are one": (
        b.questionnaire(swap("codes: {1: sí, 2: no}", "codes: {1: sí, 2: SI}")),
        r"'sí' \(1\) and 'SI' \(2\) are one label but for accents",
        None,
    ),
    "two delivered labels that are one": (
        b.questionnaire(column("victima", "{name: P5, codes: {Más: 1, mas: 2}}")),
        "'Más' and 'mas' are one label but for accents, capitals and marks, and lead to different codes",
        None,
    ),
}  # fmt: skip
