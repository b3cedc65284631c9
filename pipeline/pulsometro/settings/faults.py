"""What is wrong in a file that somebody wrote: every fault at once, each in one sentence, in the file's order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulsometro.common.errors import PulsoError

_LONGEST_SHOWN = 120
_gathering: ContextVar[bool] = ContextVar("gathering", default=False)


@dataclass(frozen=True)
class Fault:
    """One thing to correct.

    ``text``: what is wrong and what to do, without the file. ``place``: the keys that lead to it, by which faults are
    put into the file's order. ``alone``: the whole sentence where it is the only fault, when that is not file and text.
    """

    text: str
    place: tuple[Any, ...] = ()
    alone: str = ""


class Contradiction(ValueError):
    """Settings that each could be and together cannot; ``faults``: all of them, without the file."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.text for fault in faults))


def shown(text: object) -> str:
    """A text from a file as a message may quote it: what does not print is escaped, what is long is cut."""
    words = str(text)
    words = words if len(words) <= _LONGEST_SHOWN else f"{words[: _LONGEST_SHOWN - 1]}…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in words)


class Refused(PulsoError):
    """What is wrong in files that somebody wrote; ``by_file``: each file with its faults, in the file's order."""

    def __init__(self, message: str, by_file: Mapping[Path, Sequence[Fault]]) -> None:
        self.by_file = {path: tuple(faults) for path, faults in by_file.items()}
        super().__init__(message)


def refuse(path: Path, faults: Iterable[Fault], content: object = None) -> None:
    """Raise PulsoError with every fault of a file, one a line; nothing happens where there is none.

    One fault is one sentence with the file before it. ``content``: the file's, for the order.
    """
    refuse_files({path: in_order(faults, content)})


def refuse_files(by_file: Mapping[Path, Sequence[Fault]]) -> None:
    """Raise PulsoError with every fault of several files, those of a file together, each once."""
    once = {path: list({fault.text: fault for fault in reversed(faults)}.values())[::-1]
            for path, faults in by_file.items() if faults}  # fmt: skip
    said = [_said(path, faults) for path, faults in once.items()]
    if said:
        raise Refused("\n".join(said), once)


def in_order(faults: Iterable[Fault], content: object) -> list[Fault]:
    """The faults as their places stand in the file's content."""
    return sorted(faults, key=lambda fault: _position(content, fault.place))


def _said(path: Path, faults: Sequence[Fault]) -> str:
    if len(faults) == 1:
        return faults[0].alone or f"{path}: {faults[0].text}"
    return f"{path}: {len(faults)} things to correct:" + "".join(f"\n  - {fault.text}" for fault in faults)


def _position(content: object, place: Sequence[Any]) -> list[int]:
    """Where the keys of a place stand, level by level; a key that is not there comes after those that are."""
    found: list[int] = []
    for part in place:
        if isinstance(content, Mapping):
            keys = [str(key) for key in content]
            found.append(keys.index(str(part)) if str(part) in keys else len(keys))
            content = next((value for key, value in content.items() if str(key) == str(part)), None)
        elif isinstance(content, list | tuple) and isinstance(part, int):
            found.append(part)
            content = content[part] if part < len(content) else None
        else:
            break
    return found


@contextmanager
def gathering() -> Iterator[None]:
    """Inside the block ``demand`` raises Contradiction, which the validation of a whole file collects."""
    token = _gathering.set(True)
    try:
        yield
    finally:
        _gathering.reset(token)


def demand(where: str, *demands: tuple[bool, str]) -> None:
    """Refuse settings of which a demand (whether it holds, and what is wrong if not) does not hold.

    ``where``: "params.yaml, <section>:". Raises PulsoError with the first fault; while a file is validated
    Contradiction with all of them, which pydantic hands on.
    """
    wrong = [text for holds, text in demands if not holds]
    if wrong and not _gathering.get():
        raise PulsoError(f"{where} {wrong[0]}")
    if wrong:
        section = where.removeprefix("params.yaml, ")
        raise Contradiction([Fault(f"{section} {text}", (), f"{where} {text}") for text in wrong])
