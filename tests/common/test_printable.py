"""What a terminal would obey, or nobody would see, is written out; everything else is as it was."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.common.printable import visible

OBEYED = {
    "\x1b[31mrojo\x1b[0m": r"\x1b[31mrojo\x1b[0m",
    "\x1b]8;;https://mal.example\x1b\\banco\x1b]8;;\x1b\\": "\\x1b]8;;https://mal.example\\x1b\\banco\\x1b]8;;\\x1b\\",
    "\x1b]0;título\x07": r"\x1b]0;título\x07",
    "Error: no\rtodo bien": r"Error: no\x0dtodo bien",
    "a\x08b\x0bc\x0cd": r"a\x08b\x0bc\x0cd",
    "a\x00b\x7fc": r"a\x00b\x7fc",
    "a\x9b2Jb\x85": r"a\x9b2Jb\x85",
    "a\u202ecsv.exe": r"a\u202ecsv.exe",
    "\u2066a\u2069": r"\u2066a\u2069",
    "a\u200bb\u200dc\u200ed\ufeff": r"a\u200bb\u200dc\u200ed\ufeff",
    "a\u2028b": r"a\u2028b",
    "a\ud800b\udcff": r"a\ud800b\udcff",
    "a\U000e0041b\U000e0101": r"a\U000e0041b\U000e0101",
    "guion\u00adblando": r"guion\xadblando",
}
AS_IT_IS = [
    "", "plain", "¿Qué tan seguro se siente: «mucha», “algo”… o nada? — 50 % · n̄ ± ½", "dos\nrenglones\ty un tabulador",
    "n\u0303andu\u0301", "👩‍👧‍👦 🏳️‍🌈 👍🏽 ❤️ ✔️ 🧑🏽‍🚒 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "[red]texto[/red] :warning: \\x1b", "日本語 العربية ру", "a\u00a0b",
]  # fmt: skip


@pytest.mark.parametrize("text", OBEYED)
def test_what_is_obeyed_or_hidden_is_written_out(text: str) -> None:
    assert visible(text) == OBEYED[text]


@pytest.mark.parametrize("text", AS_IT_IS)
def test_what_is_read_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.text(st.characters(max_codepoint=0x2100) | st.characters(categories=["Cc", "Cf", "Cs"]), max_size=40))
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    made = visible(text)
    assert not any((ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 for c in made)
    assert not set(made) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")
    made.encode("utf-8")
    assert visible(made) == made


def test_a_joiner_between_letters_is_hidden_text_and_between_emoji_is_none() -> None:
    assert visible("p\u200dass") == r"p\u200dass"
    assert visible("👩\u200d👧") == "👩\u200d👧"


def test_a_step_that_is_shown_is_printed_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    from rich import console

    from pulsometro.common.progress import shown

    written, made = io.StringIO(), console.Console
    monkeypatch.setattr(console, "Console", lambda **_: made(file=written, force_terminal=True, width=120))
    with shown("2020T1: \x1b]0;mal\x07 [red]uno[/red]", quiet=False) as tell:
        tell("leyendo \x1b[2Jdatos [link=x]:warning:.csv\r")
        import time

        time.sleep(0.3)
    said = written.getvalue()
    assert r"\x1b[2Jdatos [link=x]:warning:.csv\x0d" in said
    assert "\x07" not in said and "\x1b]0;" not in said and "\x1b[2Jdatos" not in said
