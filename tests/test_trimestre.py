"""docs/trimestre.md quotes messages as they are, and has a line for every one that a delivery can cause."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = (ROOT / "docs" / "trimestre.md").read_text(encoding="utf-8")
ROOMS = ("ingest", "wave", "questionnaire", "check", "settings", "release")
MODULES = (
    "common/files.py", "study/parameter_faults.py", "study/release_plan.py", "study/study_folder.py",
    "study/indicator_references.py", "study/item_references.py", "study/report_references.py",
)  # fmt: skip
# Messages of the YAML library, shown inside ours.
# What is raised, and a fault that is listed among several.
SAID = {"PulsoError", "MachineError", "Fault"}
FOREIGN = {"found duplicate key"}
VALUE = "\0"


def _texts(node: ast.AST) -> Iterator[str]:
    """The text of every string in a piece of code, a value where it is filled in."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else VALUE for part in node.values)
        for part in node.values:
            yield from _texts(part)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from _texts(child)


def _modules() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / "pipeline" / "pulsometro" / room).rglob("*.py"))
    yield from (ROOT / "pipeline" / "pulsometro" / name for name in MODULES)


def _raised() -> Iterator[tuple[str, str]]:
    """Where and what: the text of every PulsoError that these rooms raise."""
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.exc if isinstance(node, ast.Raise) else node
            # A fault among several is listed and not raised by itself.
            if isinstance(called, ast.Call) and getattr(called.func, "id", "") in {
                "PulsoError",
                "MachineError",
                "Fault",
            }:
                text = max(_texts(called.args[0]), key=len, default="")
                # A fault that ends in another text only says where that one is.
                least = 20 if getattr(called.func, "id", "") == "Fault" else 12
                if len(text.replace(VALUE, "")) > least and not (least == 20 and text.endswith(VALUE)):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", text


def _quoted() -> list[str]:
    """The messages in the first column of the tables of errors."""
    tables = DOCUMENT[DOCUMENT.index("## Los errores") :]
    cells = [line.split("|")[1] for line in tables.splitlines() if line.startswith("| `")]
    return [phrase for cell in cells for phrase in re.findall(r"`([^`]+)`", cell)]


def _pattern(phrase: str) -> re.Pattern[str]:
    """``…`` stands for anything, and any word of the phrase may be a value filled in."""
    parts = []
    for piece in phrase.split("…"):
        words = [rf"(?:{re.escape(word)}|[^ ]*{VALUE}[^ ]*)" for word in piece.split()]
        parts.append(" ".join(words))
    return re.compile(".*?".join(parts), re.DOTALL)


def _says(phrase: str, text: str) -> bool:
    """Whether the text has the phrase, most of its words as they are."""
    found = _pattern(phrase).search(text)
    words = [word for piece in phrase.split("…") for word in piece.split()]
    return found is not None and sum(word in found[0] for word in words) > len(words) / 2


SOURCE = [text for path in sorted((ROOT / "pipeline").rglob("*.py"))
          for text in _texts(ast.parse(path.read_text(encoding="utf-8")))]  # fmt: skip


@pytest.mark.parametrize("phrase", _quoted())
def test_a_quoted_message_is_one_that_the_code_says(phrase: str) -> None:
    assert phrase in FOREIGN or any(_says(phrase, text) for text in SOURCE)


def test_every_message_that_a_delivery_can_cause_is_in_the_document() -> None:
    phrases = _quoted()
    absent = [f"{where}: {text!r}" for where, text in _raised() if not any(_says(phrase, text) for phrase in phrases)]
    assert absent == []


def test_the_commands_of_the_document_exist() -> None:
    from pulsometro.cli import main

    verbs = re.findall(r"^    pulso ([a-z]+)((?: [a-z]+)?)", DOCUMENT, re.MULTILINE)
    assert len(verbs) >= 5
    for verb, _ in verbs:
        assert verb in main.commands, verb
    for flag in ("--from", "--data", "--accept", "--because"):
        assert flag in DOCUMENT
