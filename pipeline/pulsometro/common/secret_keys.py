"""Keys that no git holds: files of ``<root>/.pulso/``, readable by their owner alone."""

import os
import re
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pulsometro.common.errors import MachineError
from pulsometro.common.files import write_text

FOLDER, KEY_BYTES = ".pulso", 32
_KEY = re.compile(rb"[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class SecretKey:
    """A key's file, what it is the key of, and what removing it does, as a message says it."""

    file: str
    of: str
    removed: str

    def path(self, root: Path) -> Path:
        """Where the key of a study lies."""
        return root / FOLDER / self.file

    def make(self, root: Path) -> bytes:
        """The key (32 bytes), made where there is none; its folder keeps itself out of git.

        Raises MachineError when the file is no key, or can be neither read nor made.
        """
        path = self.path(root)
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            # Before the key, and also beside one that somebody copied here: there is no moment in which git sees it.
            if not (path.parent / ".gitignore").is_file():
                write_text("*\n", path.parent / ".gitignore")
            if not path.exists():
                _make(path)
        except OSError as error:
            raise self._unreadable(path, error) from None
        return self._read(path)

    def read(self, root: Path) -> bytes | None:
        """The key (32 bytes), None where there is none. Raises MachineError as ``make`` does."""
        path = self.path(root)
        return self._read(path) if path.exists() else None

    def _read(self, path: Path) -> bytes:
        try:
            content = path.read_bytes().strip()
        except OSError as error:
            raise self._unreadable(path, error) from None
        if not _KEY.fullmatch(content):
            raise MachineError(
                f"{path}: this is no key of 64 hexadecimal digits; restore it from the team's copy, or remove it, "
                f"{self.removed}."
            )
        return bytes.fromhex(content.decode("ascii"))

    def _unreadable(self, path: Path, error: OSError) -> MachineError:
        return MachineError(
            f"{path}: the key of {self.of} can be neither read nor made here ({error.strerror or error}); make "
            "the folder writable, or put the team's copy of the file there."
        )


def _make(path: Path) -> None:
    """Put a new key in place, readable by its owner alone, unless another process was first."""
    content = secrets.token_bytes(KEY_BYTES).hex() + "\n"
    # mkstemp's files are their owner's alone.
    handle, name = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, replaces nothing: of two processes one key stays, and both read it.
        path.hardlink_to(name)
    except FileExistsError:
        return
    except OSError:
        # Some sticks and network drives have no links.
        _make_exclusively(path, content)
    finally:
        Path(name).unlink(missing_ok=True)


def _make_exclusively(path: Path, content: str) -> None:
    with suppress(FileExistsError):
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.write(handle, content.encode("ascii"))
        except OSError:
            path.unlink(missing_ok=True)
            raise
        finally:
            os.close(handle)
