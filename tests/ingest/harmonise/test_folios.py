"""Folios are ids: exchanged columns, names, telephones and days among them are refused, and firms' own ids are not."""

import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from pulsometro.cli import main
from pulsometro.common.discretion import simple
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.harmonise.folios import refuse_telling, suspects
from pulsometro.ingest.harmonise.telephones import carrying_others
from tests.ingest import deliveries as d

WAVE = "2020T1"
ROWS = 60
RNG = np.random.default_rng(4)


@pytest.fixture
def ingest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.chdir(tmp_path)

    def run(frame: pd.DataFrame, edit: Callable[[str], str] = str) -> str:
        d.prepared(tmp_path, frame, edit)
        return CliRunner().invoke(main, ["ingest", WAVE]).output

    return run


def _exchanged(frame: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    return frame.rename(columns={one: other, other: one})


def _swap(one: str, other: str) -> Callable[[str], str]:
    """The remedy of the message: delivery in the questionnaire says where the columns are."""

    def edit(text: str) -> str:
        start = text.index("delivery:")
        held = text[start:].replace(f": {one}\n", ": \0\n").replace(f": {other}\n", f": {one}\n")
        return text[:start] + held.replace(": \0\n", f": {other}\n")

    return edit


def _numbers(start: int, step: int) -> list[str]:
    return [str(start + k * step) for k in range(ROWS)]


# What folios and telephones look like: the firm's, and the city's.
FOLIOS = {
    "with a letter": [f"F{k:05d}" for k in range(ROWS)],
    "of the wave": [f"2020T1-{k:05d}" for k in range(ROWS)],
    "counted": [str(k) for k in range(1, ROWS + 1)],
    "like dialled numbers, counted": _numbers(2_013_000_001, 1),
    "counted by the call": _numbers(8_112_000_001, 7),
}
TELEPHONES = {
    "national": [f"81{n:08d}" for n in RNG.choice(10**8, ROWS, replace=False)],
    "of one series": [f"81000{n:05d}" for n in RNG.choice(10**5, ROWS, replace=False)],
    "local": [str(n) for n in RNG.choice(9 * 10**7, ROWS, replace=False) + 10**7],
    "written": [f"(81) {n // 10**4}-{n % 10**4:04d}" for n in RNG.choice(9 * 10**7, ROWS, replace=False) + 10**7],
}


def _refused(frame: pd.DataFrame) -> str:
    """What is said of the folios beside the telephones and interviewers; nothing where they are ids."""
    texts = {name: frame[name].astype("string").set_axis(pd.RangeIndex(2, len(frame) + 2)) for name in frame}
    places = {simple(name) for name in ("Río Alto", "San Ángel")}
    try:
        refuse_telling(texts["FOLIO"], texts["TEL"], texts["ENC"], places, Path("datos.csv"))
    except PulsoError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("folios", FOLIOS)
@pytest.mark.parametrize("telephones", TELEPHONES)
def test_folio_and_telephone_exchanged_are_refused(folios: str, telephones: str) -> None:
    right = d.good().assign(FOLIO=FOLIOS[folios], TEL=TELEPHONES[telephones])
    assert _refused(right) == ""
    said = _refused(_exchanged(right, "FOLIO", "TEL"))
    assert "the folios look like telephone numbers and the telephones do not, as if the two columns had been" in said
    assert not [text for text in TELEPHONES[telephones] if text in said]


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [("FOLIO", "TEL", "the folios look like telephone numbers and the telephones do not, as if the two columns"),
     ("FOLIO", "ENC", "the folios repeat (4 in 60 rows), and the interviewers' ids do not, as if the two columns"),
     ("TEL", "ENC", "the interviewers' ids look like telephone numbers and the telephones do not, as if the two"),
     ("FOLIO", "EDAD", "so the column is another's; correct delivery in the questionnaire"),
     ("FOLIO", "FECHA", "so the column is another's; correct delivery in the questionnaire"),
     ("FOLIO", "MUN", "the folios repeat (2 in 60 rows), so the column is another's")],
)  # fmt: skip
def test_other_columns_exchanged_are_refused_and_the_remedy_works(
    one: str, other: str, message: str, ingest: Callable[..., str]
) -> None:
    frame = d.good().assign(EDAD=[18 + k % 25 for k in range(ROWS)], TEL=TELEPHONES["national"])
    wrong = _exchanged(frame, one, other)
    said = ingest(wrong)
    assert message in said
    assert "E0" not in said and "2020-01" not in said
    assert "60 accepted" in ingest(wrong, _swap(one, other))


TELLING = {
    "a name": "Juan Pérez", "a name of one word": "Zavaleta", "a name with a number": "Zavaleta12",
    "names and a number": "Juan Pérez 12", "an address": "Privada Ocampo 1847", "an e-mail": "j@x.mx",
    "a telephone of nobody's": "8187654321", "a local one": "8765-4321", "a telephone and a letter": "F8187654321",
    "a CURP": "PELJ840512HNLRRN09", "an RFC": "PELJ840512AB1", "a key of elector": "PRLPJN84051219H300",
    "a day": "1984-05-12", "a day in Mexico": "12/05/84", "an interviewer": "E3",
}  # fmt: skip


# There are four interviewers: folios that repeat in one of three rows.
@pytest.mark.parametrize(
    ("telling", "share"), [(t, n) for t in TELLING for n in (1, 20) if n == 1 or t != "an interviewer"]
)
def test_what_could_tell_a_person_among_folios_is_refused(telling: str, share: int) -> None:
    """In one row, or in one of three: each of them another, as those of different persons are."""
    text, frame = TELLING[telling], d.good()
    digits = "8765" if "8765" in text else "84" if "84" in text else ""
    for k in range(share):
        other = text.replace(digits, str(int(digits) - k * 137 % 51), 1) if digits else text + chr(ord("a") + k)
        frame.loc[4 + k * 2, "FOLIO"] = text if k == 0 else other
    said = _refused(frame)
    assert "row 6: what stands as folio may be somebody's name, address, telephone, date or key (a " in said
    assert f"in {share} rows" in said and text not in said


@pytest.mark.parametrize("part", [1, 20, 30, 40, 59])
def test_columns_exchanged_in_a_part_of_the_rows_are_refused(part: int) -> None:
    frame = d.good().assign(TEL=TELEPHONES["national"])
    frame.loc[frame.index < part, ["FOLIO", "TEL"]] = frame.loc[frame.index < part, ["TEL", "FOLIO"]].to_numpy()
    said = _refused(frame)
    assert said and not [text for text in TELEPHONES["national"] if text in said]


@pytest.mark.parametrize("cut", [slice(-6, None), slice(-7, None), slice(-8, None), slice(0, 8), slice(None, None, -1)])
@pytest.mark.parametrize("form", ["{}", "F{}", "2020T1-{}"])
def test_folios_made_of_a_part_of_the_telephone_are_refused(cut: slice, form: str) -> None:
    frame = d.good().assign(TEL=TELEPHONES["national"])
    said = _refused(frame.assign(FOLIO=[form.format(text[cut]) for text in frame["TEL"]]))
    assert "the telephone number (in 60 rows)" in said or "look like telephone numbers" in said


def test_corrected_rows_are_accepted(ingest: Callable[..., str]) -> None:
    frame = d.good()
    frame.loc[4, "FOLIO"] = "Juan Pérez"
    assert "correct the rows, or ask the firm for folios of their own" in ingest(frame)
    frame.loc[4, "FOLIO"] = "F00005"
    assert "60 accepted" in ingest(frame)


def _hex(length: int) -> list[str]:
    return ["".join(np.random.default_rng(k).choice(list("0123456789abcdef"), length)) for k in range(ROWS)]


OWN = {
    **FOLIOS,
    "uuid": [f"uuid:{uuid.UUID(int=int(RNG.integers(2**62)) << 60)}" for _ in range(ROWS)],
    "hexadecimal": _hex(10), "of letters": ["".join(RNG.choice(list("abcdefghij"), 15)) for _ in range(ROWS)],
    "a token": ["".join(np.random.default_rng(k).choice(list("aB3dE9gH1jK2"), 15)) for k in range(ROWS)],
    "two firms": [f"MTY-{k}" if k % 2 else f"NORESTE_{k:04d}" for k in range(ROWS)],
    "by place": [f"{('Río Alto', 'San Ángel')[k % 2]} {k}" for k in range(ROWS)],
    "wave, place and number": [f"2020T1-MTY-{k:05d}" for k in range(ROWS)],
    "trial interviews": [*(f"PRUEBA-{k}" for k in range(2)), *(f"F{k:05d}" for k in range(ROWS - 2))],
    "past a million": _numbers(999_980, 1), "random": [str(n) for n in RNG.choice(10**10, ROWS, replace=False)],
    "dwelling and person": [f"0100{k:03d}.{k * 37 % 9000:04d}.01.{k % 9 + 1:02d}" for k in range(ROWS)],
    "a stamp of time": [f"202001{6 + k % 20:02d}{k % 24:02d}{k:02d}31" for k in range(ROWS)],
    "areas": [f"19{k % 9:03d}-{k:05d}" for k in range(ROWS)],
}  # fmt: skip


@pytest.mark.parametrize("own", OWN)
def test_ids_of_firms_and_servers_are_folios(own: str) -> None:
    for telephones in TELEPHONES.values():
        assert _refused(d.good().assign(FOLIO=OWN[own], TEL=telephones)) == ""


def test_ids_of_many_interviews_are_folios() -> None:
    """Of many, few are written like no other by chance."""
    n = 50_000
    for texts in (
        [f"2013T2-{k:05d}" for k in range(n)],
        [str(k) for k in range(n)],
        [str(10**9 + 3 * k) for k in range(n)],
    ):
        assert not suspects(pd.Series(texts, dtype="string")).any()


OTHER = '  otro: {text: "Otro, ¿cuál?", label: Otro, kind: text}\n  pesos: {text: P, label: P, kind: number}\ndelivery:'


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("column", ["FOLIO", "OTRO", "PESOS", "ENC"])
def test_a_telephone_of_the_delivery_anywhere_else_is_refused(
    column: str, backwards: bool, ingest: Callable[..., str]
) -> None:
    frame = d.good().assign(TEL=TELEPHONES["national"], OTRO="patrulla 8187654321", PESOS=12.5)
    number = frame.loc[9 if backwards else 30, "TEL"]
    written = number[::-1] if backwards else number
    frame = frame.astype({column: object})
    frame.loc[9, column] = f"F{written}" if column == "FOLIO" else written
    text = d.QUESTIONNAIRE.replace("delivery:", OTHER) + "    otro: OTRO\n    pesos: PESOS\n"
    said = ingest(frame, lambda _: text)
    assert "row 11: the " in said and "telephone number" in said
    assert number not in said and written not in said
    frame.loc[9, column] = 12 if column == "PESOS" else "F99999"
    assert "60 accepted" in ingest(frame, lambda _: text)


def test_telephones_of_others_in_many_long_ids_are_chance() -> None:
    """Of 10^8 numbers of an area a hundred ids of ten digits meet one of a million now and then."""
    rng = np.random.default_rng(0)
    telephone = pd.Series([f"81{n:08d}" for n in rng.integers(0, 10**8, 3000)], dtype="string")
    ids = pd.Series([f"81{n:08d}" for n in rng.integers(0, 10**8, 3000)], dtype="string")
    assert ids.isin(telephone).any() and not carrying_others(ids, telephone).any()
    moved = telephone.shift(1).fillna("x")
    assert carrying_others(moved, telephone).sum() == 2999
