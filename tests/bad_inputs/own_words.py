"""What is not there, and what a file says of itself: broken deliveries, each with the words that must be said of it."""

import struct
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tests.bad_inputs import broken as b
from tests.bad_inputs.broken import Break
from tests.ingest import deliveries as d

TEXTS = {
    "A": "Confianza en el Ejército",
    "B": "Confianza en la Marina",
    "C": "Confianza en jueces",
    "D": "Confianza en custodios",
}


def counted(rows: int) -> Break:
    """A .sav whose header counts so many rows, of the 60 that it holds."""

    def apply(folder: Path) -> None:
        path = b.raw(folder, "datos.sav")
        d.write_sav(d.good(), path)
        data = bytearray(path.read_bytes())
        data[80:84] = struct.pack("<i", rows)
        path.write_bytes(data)

    return apply


def declared_blank(value: float) -> Break:
    """A .sav whose header declares an answer to be its blank."""

    def apply(folder: Path) -> None:
        path = b.raw(folder, "datos.sav")
        d.write_sav(d.good(), path)
        data = bytearray(path.read_bytes())
        place = data.index(struct.pack("<iiii", 7, 4, 8, 3)) + 16
        data[place : place + 8] = struct.pack("<d", value)
        path.write_bytes(data)

    return apply


def labelled(labels: dict[str, dict[int, str]], texts: dict[str, str]) -> Break:
    """A .sav with other labels of codes, or other names of its columns, in a questionnaire of real institutions."""

    def apply(folder: Path) -> None:
        def edit(text: str) -> str:
            for letter, label in TEXTS.items():
                asked = f'confianza en {letter}?", label: '
                text = text.replace(f"{asked}{letter}", f'{asked}"{label}"')
            return text

        d.write_study(folder, "datos.sav", edit)
        frame = d.good().assign(MUN=[1001.0 + k % 2 for k in range(60)])
        d.write_sav(frame, folder / "raw" / b.WAVE / "datos.sav", {**d.LABELS, **labels}, column_labels=texts)

    return apply


def server(column: str, says: str, **own: str) -> Break:
    """Six interviews in ten of which a survey server says this."""
    return b.table(lambda f: f.assign(**own, **{column: [says if k < 36 else "" for k in range(60)]}))


def blank(column: str, value: object = "") -> Break:
    """A column with nothing in it, or the same for all."""
    return b.table(lambda f: f.assign(**{column: value}))


def longer(change: Callable[[pd.Series], pd.Series]) -> Break:
    """Durations in another unit."""
    return b.table(lambda f: f.assign(MINUTOS=change(f["MINUTOS"])))


NAMES = dict(zip(("P1", "P2", "P3", "P4"), TEXTS.values(), strict=True))
ODK = {"KEY": "uuid:1", "SubmissionDate": "2020-01-08"}
# What ingest refuses, with words of its sentence.
REFUSED: dict[str, tuple[Break, str]] = {
    "a header that counts 90 rows of 60": (counted(90), "counts 90 rows and the file holds 60"),
    "a header that declares 1 to be its blank": (declared_blank(1.0), "declares 1 to be its blank"),
    "a server that approved nobody": (
        b.table(lambda f: f.assign(ReviewState="rejected", **ODK)), "say delivery.verdicts: keep"
    ),
}  # fmt: skip
# What check stops or warns of, with the rule.
TOLD: dict[str, tuple[Break, str]] = {
    "municipalities whose labels contradict their codes": (
        labelled({"MUN": {1001: "San Ángel", 1002: "Río Alto"}}, NAMES), "metadata.label_swapped"
    ),
    "army and navy exchanged": (
        labelled({}, {**NAMES, "P1": TEXTS["B"], "P2": TEXTS["A"]}), "metadata.text_swapped"
    ),
    "a battery moved by a column": (
        labelled({}, {"P1": TEXTS["B"], "P2": TEXTS["C"], "P3": TEXTS["D"], "P4": "Confianza en nadie"}),
        "metadata.text_swapped",
    ),
    "most interviews rejected": (server("review_status", "REJECTED", **ODK), "server.set_aside"),
    "most interviews on hold": (server("_validation_status", "On Hold", _uuid="u"), "server.set_aside"),
    "no telephones": (blank("TEL"), "role.phone"),
    "one telephone": (blank("TEL", "8112345678"), "role.phone"),
    "no dates": (blank("FECHA"), "role.date"),
    "one date": (blank("FECHA", "2020-01-08"), "role.date"),
    "nobody who asked": (blank("ENC"), "role.interviewer"),
    "no durations": (blank("MINUTOS"), "role.duration"),
    "one duration": (blank("MINUTOS", 12), "role.duration"),
    "durations in seconds": (longer(lambda m: m * 60), "role.duration"),
    "durations in hours": (longer(lambda m: m / 60), "role.duration"),
}  # fmt: skip
