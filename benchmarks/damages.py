"""Random damages of a good delivery in every format: each is read, or refused in one sentence.

    python benchmarks/damages.py [DAMAGES] [--formats sav,xlsx,…] [--first SEED]

Prints a line per format: how many were read and refused, the reasons told, seconds; exits 1 when one ended
otherwise. What ends the whole program is no longer told, and is what this looks for. The tests do a few of each.
"""

import argparse
import io
import multiprocessing
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pulsometro.common.errors import PulsoError  # noqa: E402
from pulsometro.common.printable import visible  # noqa: E402
from pulsometro.ingest.read.readers import read_delivery  # noqa: E402
from pulsometro.questionnaire.model import Delivery  # noqa: E402
from tests.ingest import deliveries as d  # noqa: E402
from tests.ingest.read.formats import WRITERS  # noqa: E402

CHOSEN = ("FOLIO", "MUN", "SEXO", "P1", "P5A")
LONGEST = 1_000
# Half of the damages fall where a format says what follows: the first bytes, of Parquet the last ones.
HEAD = 600
EXTREMES = (0, 1, 0x7F, 0xFF)


@dataclass
class Tally:
    """What became of the damages of one format; ``wrong``: seed and what happened instead of a sentence."""

    kind: str
    read: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[int, str]] = field(default_factory=list)
    seconds: float = 0.0


def good_file(kind: str, folder: Path) -> bytes:
    """The good delivery's bytes in that format."""
    path = folder / f"bueno.{kind}"
    WRITERS[kind](d.good(), path)
    return path.read_bytes()


def damaged(data: bytes, kind: str, seed: int) -> bytes:
    """The same bytes with a few damages; of a zip's kind, every second time inside and zipped anew."""
    rng = np.random.default_rng(seed)
    if kind in {"xlsx", "zip"} and seed % 2:
        return _inside(data, rng)
    for _ in range(int(rng.integers(1, 4))):
        data = _once(data, rng, from_end=kind == "parquet")
    return data


def _inside(data: bytes, rng: np.random.Generator) -> bytes:
    """One member damaged and packed again, so that the zip's own sums agree."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        unlucky = names[int(rng.integers(len(names)))]
        for name in names:
            content = old.read(name)
            new.writestr(name, _once(content, rng, from_end=False) if name == unlucky else content)
    return packed.getvalue()


def _once(data: bytes, rng: np.random.Generator, *, from_end: bool) -> bytes:
    size = len(data)
    if not size:
        return data
    near = int(rng.integers(min(HEAD, size)))
    place = int(rng.integers(size)) if rng.random() < 0.5 else (size - 1 - near if from_end else near)
    length = int(rng.integers(1, 64))
    before, block, after = data[:place], data[place : place + length], data[place + length :]
    number = bytes([EXTREMES[int(rng.integers(4))]])
    changes = (
        before + bytes([data[place] ^ (1 << int(rng.integers(8)))]) + data[place + 1 :],
        before + number + data[place + 1 :],
        before + number * int(rng.choice([2, 4, 8])) + data[place + 4 :],
        before + rng.bytes(length) + after,
        before + bytes(length) + after,
        before + after,
        before + block + block + after,
        before + rng.bytes(length) + block + after,
        before,
        block + before + after,
    )
    return changes[int(rng.integers(len(changes)))]


def outcome(path: Path, *, every_column: bool) -> str | None:
    """None when it was read, else the sentence that refused it. Raises AssertionError for anything that is neither."""
    try:
        read_delivery(
            path, Delivery(respondent=(), columns={}),
            lambda columns: tuple(name for name in columns if every_column or name in CHOSEN),
        )  # fmt: skip
    except PulsoError as refusal:
        text = str(refusal)
        assert text.startswith(str(path)) and text.endswith(".") and len(text) < LONGEST, text
        assert visible(text) == text and len(text.splitlines()) == 1, repr(text)
        return text
    except Exception as error:
        raise AssertionError(f"{error!r}\n" + "\n".join(getattr(error, "__notes__", []))) from error
    finally:
        assert not multiprocessing.active_children()
    return None


def tried(kind: str, seeds: range) -> Tally:
    """The damages of one format, one file after the other."""
    tally, begun = Tally(kind), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="damages-") as name:
        data = good_file(kind, Path(name))
        for seed in seeds:
            path = Path(name) / f"entrega.{kind}"
            path.write_bytes(damaged(data, kind, seed))
            try:
                said = outcome(path, every_column=seed % 4 == 0)
            except AssertionError as wrong:
                tally.wrong.append((seed, str(wrong)))
                continue
            if said is None:
                tally.read += 1
            else:
                tally.refused[cause(said.removeprefix(str(path)))] += 1
    tally.seconds = time.monotonic() - begun
    return tally


def cause(text: str) -> str:
    """A sentence's first words without names and numbers, to count it by."""
    words = text.lstrip(", :").split("(")[0].split("'")[0].split(";")[0]
    signal = next((word.strip("():,") for word in text.split() if word.startswith("(SIG")), "")
    return f"{''.join('#' if c.isdigit() else c for c in words)[:60].strip()} {signal}".strip()


def lines(tally: Tally) -> Iterator[str]:
    """One line with the counts, one for each cause, one for each that went wrong."""
    refused = sum(tally.refused.values())
    yield f"{tally.kind}: {tally.read} read, {refused} refused, {len(tally.wrong)} wrong, {tally.seconds:.1f} s"
    yield from (f"    {count:4d}  {words}" for words, count in tally.refused.most_common())
    yield from (f"    WRONG, seed {seed}: {said}" for seed, said in tally.wrong)


def main() -> int:
    """Every format in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("damages", type=int, nargs="?", default=250)
    parser.add_argument("--formats", default=",".join(WRITERS))
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    wrong = 0
    for kind in options.formats.split(","):
        tally = tried(kind, range(options.first, options.first + options.damages))
        print("\n".join(lines(tally)), flush=True)
        wrong += len(tally.wrong)
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
