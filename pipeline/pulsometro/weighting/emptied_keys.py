"""The values that are left empty in some rows of a wave's microdata, the same ones in every version of it.

Two versions of a wave differ by a few interviews. A value that one leaves empty and the other shows would be known. The
ledger of these values is kept by git: it names respondents by codes that nobody without the study's key can undo.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pulsometro.common.errors import MachineError, PulsoError
from pulsometro.common.kept_rows import read_rows, write_rows
from pulsometro.disclosure.hidden_keys import hide
from pulsometro.disclosure.local_suppression import secret_places
from pulsometro.settings.release_settings import ReleaseSettings
from pulsometro.study import Study
from pulsometro.study.respondents import FOLIO, load_responses
from pulsometro.weighting.study_key import fingerprint, key_of_wave

_COLUMNS = ["respondent", "item"]
_DIGITS = 16
# The second line of a ledger: under which key its codes are.
_KEY = "key"


def plan_that_empties(study: Study) -> ReleaseSettings | None:
    """The plan of the microdata, where it has keys that may be left empty."""
    plan = study.params.release
    return plan if plan is not None and study.params.releases and plan.main.blank else None


def released_keys(study: Study, wave: str, plan: ReleaseSettings) -> pd.DataFrame:
    """A row per respondent: folio, and the keys that are left empty in some rows, as they are released and estimated.

    Enters what is left empty in the ledger. What cannot be mended stays, and stops the release. Raises MachineError
    without the study's key, PulsoError when the ledger is not what this program wrote.
    """
    told, asked, key = load_responses(study, wave), study.questionnaire(wave), key_of_wave(study, wave)
    names = [name for name in plan.main.blank if name in asked.items]
    ledger = Ledger(study.emptied(wave), wave, key)
    places = secret_places(told.drop(columns=FOLIO), f"{wave} main", key)
    hidden = hide(told, asked, plan.main, plan.k, places, ledger.emptied(told, names))
    empty = hidden.keys[names].isna()
    ledger.enter(told, empty)
    return pd.DataFrame({FOLIO: told[FOLIO], **{name: told[name].mask(empty[name]) for name in names}})


def refuse_shown(study: Study, wave: str, plan: ReleaseSettings, key: bytes) -> None:
    """Raise PulsoError when the plan shows an item of which earlier versions of the wave left values empty.

    Such an item stays in its file, where single values of it may be empty, or is in no file.
    """
    for file in ("main", "second"):
        gone = {item for _, item in Ledger(study.emptied(wave, file), wave, key).read()}
        shown = {
            item for own, some in plan.files for item in some.columns if own != file or item not in some.blank
        }  # fmt: skip
        if gone & shown:
            raise PulsoError(
                f"params.yaml: release: earlier versions of {wave} left values of '{min(gone & shown)}' empty, and "
                f"this plan shows them; name it in release.{file}.blank, or take it out of the files. Where those "
                "versions were only tried, take processed/suppressed back from git."
            )


def respondent_code(folio: str, ledger: str, key: bytes) -> str:
    """The code of a respondent in a ledger: 16 hexadecimal digits that only the key leads to, others in every ledger.

    >>> respondent_code("A-1", "2013T2.keys.csv", b"key") == respondent_code("A-1", "2013T2.second.csv", b"key")
    False
    """
    return hmac.digest(key, f"emptied {ledger} {folio}".encode(), "sha256").hex()[:_DIGITS]


@dataclass(frozen=True)
class Ledger:
    """The ledger of a file of microdata: ``path``, the ``wave`` and the study's ``key``."""

    path: Path
    wave: str
    key: bytes

    def emptied(self, told: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
        """(n, names) whether a version of the wave left the value of a respondent empty.

        Raises PulsoError when the file is not what this program wrote.
        """
        before, codes = self.read(), self._codes(told)
        return pd.DataFrame({name: [(code, name) in before for code in codes] for name in names}, index=told.index)

    def enter(self, told: pd.DataFrame, withheld: pd.DataFrame) -> None:
        """Add what is left empty now: ``withheld`` (n, items) of the respondents ``told``."""
        codes = self._codes(told)
        found = {(code, str(name)) for name in withheld for code, out in zip(codes, withheld[name], strict=True) if out}
        self.write(self.read() | found)

    def keep(self) -> None:
        """A wave that stops keeps its ledger: the file must be there, with what it held."""
        if not self.path.is_file():
            self.write(frozenset())

    def read(self) -> frozenset[tuple[str, str]]:
        """(code of the respondent, item) of each value that was left empty; none without an earlier version."""
        rows = read_rows(self.path, _COLUMNS, "values that earlier versions of the wave left empty", _KEY)
        told = rows[0][1] if rows else fingerprint(self.key)
        if told != fingerprint(self.key):
            raise MachineError(
                f"{self.path.name}: it was written under another key ({told}) than .pulso/weights.key has here "
                f"({fingerprint(self.key)}): what it left empty cannot be found; put the team's copy of the key there, "
                f"or, where nothing was released yet, remove processed/suppressed/{self.path.name}."
            )
        return frozenset((code, item) for code, item in rows[1:])

    def write(self, cells: frozenset[tuple[str, str]]) -> None:
        """Write the values in order: the same values, the same bytes."""
        write_rows(self.path, _COLUMNS, cells, first=(_KEY, fingerprint(self.key)))

    def _codes(self, told: pd.DataFrame) -> list[str]:
        return [respondent_code(str(folio), self.path.name, self.key) for folio in told[FOLIO]]
