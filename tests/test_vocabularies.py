"""Every place that words a vocabulary words all of it: mappings are read from the source, as are Literals and enums.

A new value of a Literal or of an enum fails here until each place that has words, files or functions for the others has
one for it too.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "pipeline" / "pulsometro"
# File and some of the keys of a mapping that has less than a vocabulary on purpose → why.
PARTIAL = {
    (
        "check/rules/codes_and_skips.py",
        "area date integer number single text",
    ): "a scale and a design item are read as one of these",
    (
        "questionnaire/condition_faults.py",
        "area date integer number single text",
    ): "conditions are on items that were read so",
    ("estimation/quantile_rules.py", "hf4 hf5 hf6 hf8 hf9"): "the rules that one formula gives with its constants",
    ("ingest/harmonise/metadata.py", "date integer number single"): "a text and an area may be stored as anything",
    ("ingest/read/readers.py", "dta por sas7bdat sav zsav"): "the formats that one library reads",
    ("reporting/edition/tested_differences.py", "higher lower"): "what has no side has no opposite",
    (
        "reporting/language/not_printed.py",
        "confidential imprecise no_cases not_asked not_delivered",
    ): "reasons of an estimate; the others are of a change or a difference",
    (
        "reporting/pages/methodology/methodology_page.py",
        "area date integer number",
    ): "an item with codes shows them, and a text has none",
    ("reporting/pages/municipality.py", " none"): "both sides are said in one sentence",
    ("reporting/pages/quality/sample_and_population.py", "impute own_cell"): "refused, there is no row to tell of",
    ("reporting/tables/workbook.py", "low moderate"): "high precision has no colour",
    ("simulate/deliveries.py", "no_contesta no_sabe"): "a skip is written by the routing",
}


@dataclass(frozen=True)
class Keyed:
    """A mapping of the source: its file, line and keys."""

    file: str
    line: int
    keys: frozenset[str]


def trees() -> dict[str, ast.Module]:
    return {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def vocabularies(tree: ast.Module) -> Iterator[tuple[str, frozenset[str]]]:
    """Name ("" for a Literal in a field's type) and values of every Literal and StrEnum."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id == "StrEnum" for b in node.bases):
            values = [own.value.value for own in node.body if isinstance(own, ast.Assign)
                      and isinstance(own.value, ast.Constant)]  # fmt: skip
            yield node.name, frozenset(map(str, values))
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
            listed = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            yield "", frozenset(str(own.value) for own in listed if isinstance(own, ast.Constant))


def members(found: dict[str, ast.Module]) -> dict[str, dict[str, str]]:
    """Class of an enum → name of a member → value."""
    return {
        node.name: {
            own.targets[0].id: str(own.value.value)
            for own in node.body
            if isinstance(own, ast.Assign)
            and isinstance(own.targets[0], ast.Name)
            and isinstance(own.value, ast.Constant)
        }
        for tree in found.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id == "StrEnum" for b in node.bases)
    }


def mappings(file: str, tree: ast.Module, enums: dict[str, dict[str, str]]) -> Iterator[Keyed]:
    """Every mapping with two keys or more, all of them texts or members of an enum."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict) and len(node.keys) > 1:
            keys = [_key(key, enums) for key in node.keys]
            if None not in keys:
                yield Keyed(file, node.lineno, frozenset(str(key) for key in keys))


def _key(key: ast.expr | None, enums: dict[str, dict[str, str]]) -> str | None:
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return key.value
    if isinstance(key, ast.Attribute) and isinstance(key.value, ast.Name):
        return enums.get(key.value.id, {}).get(key.attr)
    return None


def incomplete(found: dict[str, ast.Module]) -> list[Keyed]:
    """Mappings whose keys are some of a vocabulary, and the whole of none ("" needs no word)."""
    known = {values - {""} for tree in found.values() for _, values in vocabularies(tree)}
    enums = members(found)
    places = [own for file, tree in found.items() for own in mappings(file, tree, enums)]
    return [own for own in places if (keys := own.keys - {""}) not in known and any(keys < all_ for all_ in known)]


def test_every_place_that_words_a_vocabulary_words_all_of_it() -> None:
    found = incomplete(trees())
    reasoned = {
        (own.file, own.line): reason
        for own in found
        for (file, keys), reason in PARTIAL.items()
        if own.file == file and own.keys == frozenset(keys.split(" "))
    }
    forgotten = [f"{own.file}:{own.line} {sorted(own.keys)}" for own in found if (own.file, own.line) not in reasoned]
    assert forgotten == [], "these have words for some values of a vocabulary and none for the others"
    assert len(set(reasoned.values())) == len(PARTIAL), "a reason of PARTIAL is of no mapping any more"


SOURCE = """
Interval = Literal["logit", "kg", "wilson"]
class Side(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"
    NONE = ""
"""


@pytest.mark.parametrize(
    ("said", "complete"),
    [
        ('{"logit": "a", "kg": "b"}', False),
        ('{"logit": "a", "kg": "b", "wilson": "c"}', True),
        ('{Side.HIGHER: "mayor", Side.LOWER: "menor"}', True),
        ('{"name": 1, "kg": 2}', True),
    ],
)
def test_a_word_that_is_forgotten_would_be_found(said: str, complete: bool) -> None:
    assert (incomplete({"codes.py": ast.parse(SOURCE), "words.py": ast.parse(f"WORDS = {said}")}) == []) is complete
    if complete and "Side" in said:
        grown = SOURCE + '    UNKNOWN = "unknown"\n'
        assert incomplete({"codes.py": ast.parse(grown), "words.py": ast.parse(f"WORDS = {said}")})


# Rooms that hand on codes, and what of their texts is Spanish all the same: letters that an encoding is known by.
CODED = ("common", "estimation", "estimates", "ingest", "recompute", "weighting")
# Letters of an encoding; words that are compared with a file's and said to nobody.
LETTERS = {("ingest/read/detect.py", "áéíóúü"), ("common/plain_words.py", "\n")}
# What servers, people and spreadsheets write in Spanish: it is read, and said to nobody.
READ = (
    "harmonise/changed_wordings",
    "harmonise/label_words",
    "harmonise/server_words",
    "harmonise/blank_words",
    "harmonise/date_causes",
    "harmonise/dates",
    "read/cell_errors",
    "read/mojibake",
)
LETTERS |= {(f"ingest/{module}.py", "") for module in READ} | {("weighting/totals_doubts.py", "")}
SPANISH = re.compile(
    r"[áéíóúñ¿¡]|\b(el|la|los|las|un|una|de|del|que|con|sin|por|para|sube|baja|mayor|menor|resto|mitad|alta|moderada|"
    r"casos|cambio|respuesta|faltante|entrevistas?|preguntas?|personas?|entra|sale)\b"
)


def spanish(tree: ast.Module) -> Iterator[str]:
    """Texts of a module that have a word of Spanish, docstrings left out."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    for node in texts:
        # "por" is a format of files.
        said = re.sub(r"(^|\.)por\b", "", str(node.value).lower())
        if id(node) not in told and SPANISH.search(said):
            yield str(node.value)


def test_rooms_that_hand_on_codes_speak_no_spanish() -> None:
    found = [
        (file, text)
        for file, tree in trees().items()
        if file.split("/")[0] in CODED
        for text in spanish(tree)
        if not any(file == own and text.startswith(start) for own, start in LETTERS)
    ]
    assert found == [], "say a code, and its words in style/ or reporting/language/"
    assert list(
        spanish(ast.parse('"""Sin casos."""\nNO_CASES, DOWN, FEW = "sin casos", "baja", f"menos de {3} casos"'))
    )
