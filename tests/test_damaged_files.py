"""Intermediate files that are damaged, cut, empty or somebody else's: one sentence with the command that mends it."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from pulsometro.cli import main
from pulsometro.common.files import write_record
from tests.small_study import make_study

pytestmark = pytest.mark.long
WAVE = "2013T2"
# File → the verbs that read it.
READ_BY = {
    f"processed/{WAVE}/ingest/responses.parquet": ("check", "weight", "estimate", "release"),
    f"processed/{WAVE}/ingest/delivery.json": ("check",),
    f"processed/{WAVE}/ingest/attempts.parquet": ("check", "weight"),
    f"processed/checks/{WAVE}.json": ("weight", "report", "site"),
    f"processed/{WAVE}/weight/weights.parquet": ("estimate", "release"),
    f"processed/{WAVE}/weight/weighting.json": ("estimate", "report", "site"),
    f"processed/{WAVE}/estimate/estimates.parquet": ("protect", "series", "audit", "recompute"),
    f"processed/{WAVE}/protect/suppressed.parquet": ("series", "audit"),
    f"processed/{WAVE}/recompute/second_opinion.json": ("report", "site"),
    f"processed/{WAVE}/estimate/interviewers.parquet": ("report",),
    "processed/series/estimates.parquet": ("site",),
    f"processed/series/waves/{WAVE}/estimates.parquet": ("report", "site"),
    f"processed/series/waves/{WAVE}/changes.parquet": ("audit", "report", "site"),
    f"processed/series/waves/{WAVE}/rankings.parquet": ("audit", "report", "site"),
    f"processed/series/waves/{WAVE}/suppressed.parquet": ("audit", "report", "site"),
}
WORDS = {
    "check": ("check", "--all"), "weight": ("weight", WAVE), "estimate": ("estimate", WAVE),
    "protect": ("protect", WAVE), "series": ("series",), "audit": ("audit", WAVE), "recompute": ("recompute",),
    "report": ("report", WAVE), "site": ("site",), "release": ("release", WAVE),
}  # fmt: skip


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def _foreign(path: Path) -> None:
    """Sound, and not what this program wrote there."""
    if path.suffix == ".json":
        path.write_text('{"a": 1}\n', encoding="utf-8")
    else:
        pd.DataFrame({"a": [1]}).to_parquet(path)


def _other(path: Path) -> None:
    """This program's own record, of something else."""
    if path.suffix == ".json":
        write_record({"a": 1}, path)


def _digit(path: Path) -> None:
    """One digit of a record is another: sound JSON all the same."""
    text = path.read_bytes()
    places = [found.start() for found in re.finditer(rb"\d", text)]
    # Of a record a digit of what it says, where it is short the first one, and not of its digest.
    place = places[max(-80, -len(places)) if path.suffix == ".json" else -1]
    path.write_bytes(text[:place] + bytes([text[place] ^ 1]) + text[place + 1 :])


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-30]),
    "flipped": _flipped,
    "foreign": _foreign,
    "a digit": _digit,
    "gone": Path.unlink,
    "other": _other,
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One wave, published."""
    folder = make_study(tmp_path_factory.mktemp("dañados") / "el pulso", (WAVE,), 40)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for words in (("settings",), ("ingest", WAVE), *WORDS.values()):
            done = CliRunner().invoke(main, words)
            assert done.exit_code == 0, done.output
    yield folder


def _pulso(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_one_sentence_and_its_remedy_mends_it(
    damage: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    for name, verbs in READ_BY.items():
        path = project / name
        kept = path.with_name(path.name + ".kept")
        shutil.copy(path, kept)
        for verb in verbs:
            if damage == "other" and path.suffix != ".json":
                continue  # a sound table of this program with other columns: the stage tells of what it lacks
            DAMAGES[damage](path)
            before = {p: p.read_bytes() for p in (project / "reports/site").rglob("*.html")}
            done = _pulso(*WORDS[verb])
            shutil.copy(kept, path)
            where = f"{name}, {damage}, pulso {verb}: {done.output}"
            if damage == "gone" and verb == "check" and "responses" in name:
                assert "STOPS" in done.output, where  # nothing was ingested, which the verdict says
                _pulso(*WORDS["check"])
                continue
            if damage == "gone" and verb in ("series", "recompute") and "estimates" in name:
                continue  # a wave that has no estimates is left out, and said to be
            if damage == "other" and done.exit_code == 0:
                # Told of the wave and not of the machine.
                assert verb == "check" and "STOPS" in done.output, where
                _pulso(*WORDS["check"])
                continue
            assert done.exit_code == 1 and isinstance(done.exception, SystemExit), where
            lines = [line for line in done.output.splitlines() if line.strip()]
            assert len(lines) == 1 and lines[0].startswith("Error: "), where
            assert {p: p.read_bytes() for p in (project / "reports/site").rglob("*.html")} == before, where
            if damage != "other":
                assert name in lines[0], where
                remedy = re.search(r"'(pulso [^']+|make repro)'", lines[0])
                assert remedy is not None, where
        kept.unlink()


@pytest.mark.parametrize("name", sorted(READ_BY))
def test_the_command_that_is_told_makes_the_file_again(
    name: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    path = project / name
    good = path.read_bytes()
    _flipped(path)
    said = _pulso(*WORDS[READ_BY[name][0]]).output
    found = re.search(r"'pulso ([^']+)'", said)
    assert found is not None, said
    assert _pulso(*found[1].split()).exit_code == 0
    again = path.read_bytes()
    assert again == good if path.suffix == ".parquet" else json.loads(again) == json.loads(good)
    assert _pulso(*WORDS[READ_BY[name][0]]).exit_code == 0
