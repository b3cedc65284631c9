"""What INEGI published, from tables parsed out of its workbooks (see README.md): never committed."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pulsometro.common.errors import PulsoError

COUNTRY = "Estados Unidos Mexicanos"
# A part of La Laguna: the file's city code does not tell it apart.
NOT_REBUILT = "torreon"
AUTHORITIES = {
    1: "policia_municipal",
    2: "policia_estatal",
    3: "guardia_nacional",
    4: "ejercito",
    5: "fuerza_aerea",
    6: "marina",
}
QUESTIONS = {"8.6": "efectiva", "8.7": "confia"}


@dataclass(frozen=True)
class Published:
    """One published cell. ``persons`` None: INEGI prints nothing there.

    ``base``, ``persons``: numbers of people; ``percent``: 0–100, as unrounded as the workbook has it.
    """

    table: str
    place: str
    name: str
    indicator: str
    base: float | None
    persons: float | None
    percent: float
    precision_persons: str
    precision_percent: str


def key(name: str) -> str:
    """Without accents, capitals and the digit of a footnote: 'Los Cabos1' → 'los cabos'."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"\d+$", "", plain).strip().lower()


def _table(folder: Path, name: str) -> pd.DataFrame:
    path = folder / name
    if not path.is_file():
        raise PulsoError(
            f"{path}: INEGI's published table is missing; README.md says how to make it, or use --official."
        )
    frame = pd.read_csv(path, dtype={"table": str})
    return frame if "city" not in frame else frame[frame["city"].map(key) != NOT_REBUILT]


def _quarter(wave: str) -> str:
    return wave.replace("T", "Q")


def _place(name: str) -> str:
    return re.sub(r"\d+$", "", name)


def read_insecurity(folder: Path, wave: str) -> list[Published]:
    """Table 1.7: who considers it safe or unsafe to live in the city."""
    frame = _table(folder, "insecurity_by_city.csv")
    return [
        Published(
            r.table, _place(r.city), r.category.lower(), r.category.lower(), r.pop18plus, r.total, r.pct,
            r.precision_total, r.precision_pct,
        )
        for r in frame[frame["quarter"] == _quarter(wave)].itertuples()
    ]  # fmt: skip


def read_police(folder: Path, wave: str) -> list[Published]:
    """Tables 8.6 and 8.7: effectiveness of and trust in each authority among who identifies it."""
    frame = _table(folder, "police_effectiveness_8_6_and_trust_8_7.csv")
    return [
        Published(
            r.table, _place(r.city), r.authority, f"{QUESTIONS[r.table]}_{AUTHORITIES[r.authk]}",
            *((None, None) if pd.isna(r.identified) else (r.identified, r.effective_or_trust)), r.pct,
            r.prec_total, r.prec_pct,
        )
        for r in frame[frame["quarter"] == _quarter(wave)].itertuples()
    ]  # fmt: skip


def read_changes(folder: Path, earlier: str, wave: str) -> dict[str, str]:
    """Place → INEGI's flag for the change of the share that feels unsafe, where INEGI's verdict is at hand."""
    frame = _table(folder, "significant_change_nuevo_leon.csv")
    chosen = frame[(frame["from_quarter"] == _quarter(earlier)) & (frame["to_quarter"] == _quarter(wave))]
    return dict(zip(chosen["city"].map(_place), chosen["official_flag"], strict=True))
