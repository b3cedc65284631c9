"""What the libraries of the formats raise, as one sentence: their own messages name C structures."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pulsometro.common.discretion import without_values
from pulsometro.common.errors import PulsoError

# Of ReadStat, pandas' parser of text, Arrow and C++, whatever the class that each of them chose.
_NO_MEMORY = ("Unable to allocate memory", "out of memory", "malloc of size", "bad_alloc")
LONGEST_REASON = 120


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn any failure of a format's library into a PulsoError; MemoryError stays one, however it was told."""
    try:
        yield
    except PulsoError:
        raise
    except Exception as error:
        if out_of_memory(error):
            raise MemoryError from error
        raise PulsoError(
            f"{path}: the file is cut short or damaged ({reason(error)}); ask the firm to send it again."
        ) from error


def out_of_memory(error: BaseException) -> bool:
    """Whether a library's error means that memory ended."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    return not isinstance(error, PulsoError) and any(words in str(error) for words in _NO_MEMORY)


def reason(error: BaseException) -> str:
    """What a library says, short, on one line, and nothing that it quotes out of the file."""
    return without_values(" ".join(str(error).split()))[:LONGEST_REASON] or type(error).__name__
