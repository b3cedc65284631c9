"""The verdict on the screen: words of questionnaires and deliveries are printed, never obeyed or taken for markup."""

import io
from pathlib import Path

import pytest
from rich import console

from pulsometro.check.report.terminal import print_verdict
from pulsometro.check.verdict import RuleResult, Verdict
from pulsometro.ingest.delivery_record import Counts
from tests.ingest import deliveries as d

WAVE = "2020T1"
COUNTS = Counts(60, 60, 0, {}, {})
OBEYED = {
    "colour": ("\x1b[31mrojo\x1b[0m", r"\x1b[31mrojo\x1b[0m"),
    "a link that goes elsewhere": ("\x1b]8;;https://mal.example\x07banco\x1b]8;;\x07", r"\x1b]8;;https://mal.example\x07banco"),
    "a new title": ("\x1b]0;otro\x07", r"\x1b]0;otro\x07"),
    "a cleared screen": ("\x1b[2J\x1b[H", r"\x1b[2J\x1b[H"),
    "the line again": ("STOPS\rpasses", r"STOPS\x0dpasses"),
    "backspaces": ("no\x08\x08sí", r"no\x08\x08sí"),
    "C1": ("\x9b31m", r"\x9b31m"),
    "a turned direction": ("\u202egnol", r"\u202egnol"),
    "half a character": ("\ud83d", r"\ud83d"),
}  # fmt: skip


def printed(folder: Path, monkeypatch: pytest.MonkeyPatch, verdict: Verdict) -> str:
    """What a colour terminal of 200 columns gets."""
    written, made = io.StringIO(), console.Console
    with monkeypatch.context() as patch:
        patch.setattr(console, "Console", lambda **o: made(file=written, force_terminal=True, width=200, **o))
        print_verdict(d.write_study(folder), verdict)
    return written.getvalue()


def rule(text: str) -> RuleResult:
    """A failed rule with the text in each of its words."""
    return RuleResult(f"codes.{text}", "warning", False, 9, 1, (text,), f"«{text}»", f"haga {text}")


@pytest.mark.parametrize("case", OBEYED)
def test_what_a_terminal_would_obey_is_written_out(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, said = OBEYED[case]
    verdict = Verdict(WAVE, "warn", COUNTS, (rule(text),))
    accepted = Verdict(WAVE, "warn", COUNTS, (RuleResult("x", "warning", False, 9, 1, (), "t", "r", accepted=text),))
    broken = Verdict(WAVE, "stop", COUNTS, (RuleResult("x", "warning", False, 9, 1, (), "t", "r", error=text),))
    refused = Verdict(WAVE, "stop", COUNTS, (), refused=f"datos.csv: {text}; corrija")
    for number, each in enumerate((verdict, accepted, broken, refused)):
        screen = printed(tmp_path / str(number), monkeypatch, each)
        assert text not in screen and said in screen


MARKUP = ("[red]rojo[/red]", "P5[SQ001]", "[/]", "[link=https://mal.example]x", ":warning:", "\\[")


@pytest.mark.parametrize("text", MARKUP)
def test_nothing_is_taken_for_markup(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Verdict(WAVE, "stop", COUNTS, (), refused=f"datos.csv: {text}")
    for number, verdict in enumerate((Verdict(WAVE, "warn", COUNTS, (rule(text),)), refused)):
        screen = printed(tmp_path / str(number), monkeypatch, verdict)
        assert text in screen and "\x1b[31m" not in screen and "\x1b]8" not in screen


def test_spanish_and_emoji_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "«¿Cuánta confianza…?» 👩‍👧 50 %"
    assert text in printed(tmp_path, monkeypatch, Verdict(WAVE, "warn", COUNTS, (rule(text),)))
