"""A record that a stage kept of a wave: read as the type its room gives it, and of that wave, or not at all."""

from pathlib import Path
from typing import Protocol, TypeVar

from pulsometro.common.sealing import damaged
from pulsometro.settings.configuration import read_made


class OfWave(Protocol):
    """What every record of a wave says."""

    @property
    def wave(self) -> str:
        """The wave's key."""
        ...


Record = TypeVar("Record", bound=OfWave)


def load_of_wave(kind: type[Record], path: Path, wave: str) -> Record:
    """The record ``kind`` of the wave, from the file that its stage wrote.

    Only the module that declares the record calls this: everybody else takes that module's loader. Raises MachineError
    with the command that makes the file again when it is missing, damaged, another wave's, or of another version.
    """
    record = read_made(kind, path)
    if record.wave != wave:
        raise damaged(path)
    return record
