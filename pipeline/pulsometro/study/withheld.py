"""A wave that a stage cannot carry further: why, kept as that stage's result, so that the other waves go on.

Each stage of a wave has a folder of its own (``processed/<wave>/<stage>/``), which holds what it made or
``withheld.json`` alone. The stages after it hand the record on; what is published leaves the wave out and
says so; the last stage of the chain fails with what the records say.
"""

import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from pulsometro.common.bound import MANIFEST, manifest
from pulsometro.common.counted import tallied
from pulsometro.common.errors import MachineError, PassingError, PulsoError
from pulsometro.common.files import atomic_folder, write_record
from pulsometro.settings.configuration import STRICT, read_made
from pulsometro.study.layout import STAGES
from pulsometro.study.study_folder import Study

RECORD = "withheld.json"
# Of a message that says only what is wrong.
REMEDY = "correct it there and run again."


@dataclass(frozen=True)
class Withheld:
    """Why a wave is not published: the ``stage`` that stopped it, ``place`` (a file, a column, a rule; may be
    empty), ``cause`` and ``remedy``, in the words that the command line prints. ``passing``: the machine may be the
    cause, so that every run of the chain tries again.
    """

    __pydantic_config__: ClassVar = STRICT
    wave: str
    stage: str
    place: str
    cause: str
    remedy: str
    passing: bool = False

    @property
    def sentence(self) -> str:
        """Place, cause and remedy, as an error prints them."""
        place = f"{self.place}: " if self.place else ""
        return f"{place}{self.cause}; {self.remedy}" if self.remedy else f"{place}{self.cause}"


class WaveWithheld(PulsoError):
    """A wave stops here; ``record`` says why and lies in the stage's folder."""

    def __init__(self, record: Withheld) -> None:
        self.record = record
        super().__init__(record.sentence)


def record_of(wave: str, stage: str, error: Exception, root: Path) -> Withheld:
    """What an error says, in parts; an exception that nobody foresaw is a defect, told without its text.

    Its text could hold an answer; the place in the program is enough to find it.
    """
    if isinstance(error, WaveWithheld):
        return error.record
    if isinstance(error, OSError):
        place = str(error.filename or "").replace(f"{root}/", "")
        cause, remedy = str(error.strerror or error), "mend its rights and run again."
        return Withheld(wave, stage, place, cause, remedy, passing=True)
    if not isinstance(error, PulsoError):
        return Withheld(
            wave, stage, _place_in_program(error), f"the program failed with {type(error).__name__}",
            "this is a defect: report it with this line, and keep the files as they are.",
        )  # fmt: skip
    text = str(error).replace(f"{root}/", "").replace(f"{root}\\", "")
    found = re.match(r"(?P<place>.{1,300}?): (?P<rest>.+)", text, re.S)
    place, rest = (found["place"], found["rest"]) if found else ("", text)
    return Withheld(wave, stage, place, *_cause_and_remedy(rest), isinstance(error, PassingError))


def _cause_and_remedy(text: str) -> tuple[str, str]:
    """A sentence ends with what to do, after a semicolon or a colon; a list of faults is whole as it is."""
    if "\n" not in text:
        for mark in ("; ", ": "):
            cause, _, remedy = text.rpartition(mark)
            if cause:
                return cause, remedy
    return text.rstrip("."), REMEDY


def _place_in_program(error: Exception) -> str:
    package = Path(__file__).resolve().parents[1]
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(package)]
    if not frames:
        return ""
    last = frames[-1]
    return f"{Path(last.filename).relative_to(package.parent).as_posix()}, line {last.lineno}"


def read_withheld(study: Study, wave: str, stage: str) -> Withheld | None:
    """The record in a stage's folder; None where the stage made what it should or has not run."""
    path = study.processed(wave, stage) / RECORD
    return read_made(Withheld, path) if path.is_file() else None


def withheld_before(study: Study, wave: str, stage: str) -> Withheld | None:
    """The record of the first stage before this one that left one."""
    earlier = STAGES[: STAGES.index(stage)] if stage in STAGES else STAGES
    return next((found for each in earlier if (found := read_withheld(study, wave, each))), None)


def write_withheld(study: Study, record: Withheld, stage: str) -> None:
    """Leave the record as all that a stage's folder holds."""
    with atomic_folder(study.processed(record.wave, stage)) as folder:
        write_record(asdict(record), folder / RECORD)


def carried(
    study: Study, wave: str, stage: str, work: Callable[[Path], str], instead: Callable[[], None] = lambda: None
) -> str:
    """Run a wave's stage into its own folder, whole, or leave the record of why not.

    ``work`` writes into the folder that it is given and returns a text for the screen; ``instead`` is called before a
    record is left, for what the stage writes elsewhere. Raises WaveWithheld when the wave stops here or was stopped
    before; what is the machine's (MachineError, OSError, MemoryError, ImportError, no more threads) as it is, with the
    folder as it was: that is no result.
    """
    study.wave(wave)
    try:
        earlier = withheld_before(study, wave, stage)
        if earlier is not None:
            raise WaveWithheld(earlier)
        study.refuse_open(wave)
        with atomic_folder(study.processed(wave, stage)) as folder:
            said = work(folder)
            write_record(manifest(folder, wave, stage), folder / MANIFEST)
            return said
    except (MachineError, MemoryError, ImportError):
        raise
    except Exception as error:
        if "can't start new thread" in str(error) or (isinstance(error, OSError) and not _is_given(error, study)):
            raise
        record = record_of(wave, stage, error, study.root)
        instead()
        write_withheld(study, record, stage)
        raise WaveWithheld(record) from error


def _is_given(error: OSError, study: Study) -> bool:
    """Whether what cannot be read is a file that somebody delivered or wrote for the wave, and not the machine's."""
    if not isinstance(error, PermissionError | IsADirectoryError | NotADirectoryError) or not error.filename:
        return False
    path = Path(str(error.filename))
    return any(path.is_relative_to(folder) for folder in (study.root / "raw", study.questionnaires))


def all_withheld(study: Study, before: str = "") -> dict[str, Withheld]:
    """Wave → its record, of every wave that some stage stopped, in the order of fieldwork.

    ``before``: the stage that asks; what it and those after it left is of an earlier run.
    """
    found = {wave: withheld_before(study, wave, before) for wave in study.waves}
    return {wave: record for wave, record in found.items() if record is not None}


def told(records: Mapping[str, Withheld]) -> str:
    """A line a wave: which stage stopped it, why, and what to do."""
    return "\n".join(f"{wave} is withheld by '{r.stage}': {r.sentence}" for wave, r in records.items())


def refuse_withheld(study: Study) -> str:
    """The chain's last word: every wave is published, or PulsoError with what the records say."""
    records = all_withheld(study)
    if records:
        raise PulsoError(told(records))
    return f"{tallied(len(study.waves), 'wave')}, every one published."
