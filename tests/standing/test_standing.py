"""``pulso status`` and ``pulso wave list``: what the records say, and what comes next, step by step."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from pulsometro.check import stage as check
from pulsometro.cli import main
from pulsometro.common.counted import agreeing, tallied
from pulsometro.ingest import stage as ingest
from pulsometro.standing.sign_off_authors import NOBODY, authors_of
from pulsometro.standing.standing_words import described, standings, wave_list
from pulsometro.standing.wave_standing import standing_of
from pulsometro.study import load_study
from tests.tiny_study import WAVES, write_study

FIRST, LAST = WAVES


def pulso(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(main, ["-C", str(folder), *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_study(tmp_path / "estudio")


def test_each_step_is_named_with_its_command(folder: Path) -> None:
    study = load_study(folder)
    path = folder / f"questionnaires/{FIRST}.yaml"
    kept, delivery = path.read_text(encoding="utf-8"), (folder / f"raw/{FIRST}/datos.csv").read_bytes()

    def step() -> tuple[str, str]:
        found = standing_of(study, FIRST)
        return found.state, found.command

    (folder / f"raw/{FIRST}/datos.csv").unlink()
    assert standing_of(study, FIRST).missing == (f"raw/{FIRST}/datos.csv",) and step() == ("not delivered", "")
    (folder / f"raw/{FIRST}/datos.csv").write_bytes(delivery)
    path.write_text(f'{kept}\ndelivery:\n  columns:\n    victima: "TODO: P8 is gone"  # TODO no\n', encoding="utf-8")
    assert standing_of(study, FIRST).undecided == 1 and step() == ("undecided", f"pulso ingest {FIRST}")
    path.write_text(kept, encoding="utf-8")
    assert step() == ("to read", f"pulso ingest {FIRST}")
    ingest.run(study, FIRST)
    assert step() == ("to check", f"pulso check {FIRST}")
    check.run_one(study, FIRST)
    found = standing_of(study, FIRST)
    assert (found.state, found.command) == ("to run", "pulso run") and found.verdict in ("pass", "warn")
    assert found.counts is not None and found.counts.delivered == 480


def test_a_record_of_another_version_is_told_and_not_a_failure(folder: Path) -> None:
    study = load_study(folder)
    ingest.run(study, FIRST)
    study.processed(FIRST, "delivery.json").write_text("{}", encoding="utf-8")
    found = standing_of(study, FIRST)
    assert "delivery.json" in found.unreadable and found.command == "pulso run"
    assert "unreadable" in described([found])


def test_one_object_for_a_program_and_lines_for_people(folder: Path) -> None:
    told = json.loads(pulso(folder, "status", "--json"))
    assert [each["wave"] for each in told["waves"]] == list(WAVES)
    assert {each["state"] for each in told["waves"]} == {"to read"}
    text = pulso(folder, "status", FIRST)
    assert f"{FIRST}  to read, marzo de 2021" in text and f"next: pulso ingest {FIRST}" in text
    lines = pulso(folder, "wave", "list").splitlines()
    assert [line.split()[0] for line in lines] == list(WAVES) and lines[1].endswith("current")
    assert wave_list(load_study(folder)).splitlines() == lines
    refused = CliRunner().invoke(main, ["-C", str(folder), "status", "2099"])
    assert refused.exit_code == 1 and "no wave '2099'" in refused.output
    assert len(standings(load_study(folder))) == 2


def test_who_signed_off_is_whoever_committed_the_line(folder: Path) -> None:
    path = folder / "questionnaires/exceptions.yaml"
    path.write_text(f"exceptions:\n  '{LAST}':\n    rule.b: other\n  '{FIRST}':\n    rule.a: se habló con la casa\n")
    accepted = {"rule.a": "se habló con la casa"}
    assert authors_of(path, FIRST, accepted) == {"rule.a": NOBODY}
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=Ana Díaz", "-c", "user.email=a@x", "commit", "-qm", "a"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    assert authors_of(path, FIRST, accepted)["rule.a"].name == "Ana Díaz"
    (signed,) = standing_of(load_study(folder), FIRST).signed
    assert (signed.rule, signed.because, signed.by) == ("rule.a", "se habló con la casa", "Ana Díaz")
    path.write_text(path.read_text() + "    rule.c: dicho ayer\n")
    assert authors_of(path, FIRST, {**accepted, "rule.c": "dicho ayer"})["rule.c"] == NOBODY


def test_counts_agree_with_their_nouns() -> None:
    assert [tallied(n, "wave") for n in (0, 1, 2)] == ["0 waves", "1 wave", "2 waves"]
    assert tallied(1, "part of the program") == "1 part of the program" and agreeing(2, "is") == "are"
