"""What may be a name, kind by kind: everything that somebody would break a file, a page or a command with."""

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.reporting.language.traced_text import slug
from pulsometro.reporting.tables.workbook import sheet_name
from pulsometro.settings.names import (
    address,
    code_fault,
    file_name_fault,
    hidden_characters,
    identifier_fault,
    item_fault,
    path_fault,
    safe_file_name,
    same_address,
    same_but_capitals,
    topic_fault,
    wave_key_fault,
)

GOOD_KEYS = ["2013T2", "2024-03", "ensu_2024_1t", "A", "9", "x" * 31]
BAD_KEYS = [
    "", "../x", "a/b", "a\\b", "-x", "_x", ".x", "2013 T2", "2013T2\n", "2013.T2", "año", "x" * 32, "a;b", "$(x)",
    "`x`", "a'b", 'a"b', "a\x1b[31mb", "a\u202eb", "a\ud800", "２０１３T2",
]  # fmt: skip
TAKEN_KEYS = [
    "checks", "Checks", "series", "SETTINGS", "release", "program", "inputs", "deliveries", "index", "recursos",
    "Secciones", "suites", "population", "reference", "base", "indicators", "exceptions", "con", "NUL", "aux", "prn",
    "com1", "LPT9",
]  # fmt: skip
GOOD_FILES = [
    "pulso_2013T2.sav", "entrega mayo (final).xlsx", "Datos de año, versión 2.csv", "a+b-c_d.e.zip", "ñandú.SAV",
    "conjunto_de_datos_ensu_2024_1t_csv.zip", "n\u0303.csv", "x" * 116 + ".csv", "console.csv", "coma.csv",
]  # fmt: skip
BAD_FILES = [
    "", ".", "..", "../x.csv", "a/b.csv", "a\\b.csv", ".oculto.csv", "-rf.csv", "~x.csv", "~$entrega.xlsx",
    'con "comillas".sav', "con 'comillas'.sav", "a`b.csv", "${x}.csv", "a$b.csv", "a;b.csv", "a&b.csv", "a|b.csv",
    "a<b.csv", "a>b.csv", "a*b.csv", "a?b.csv", "a!b.csv", "a#b.csv", "a%b.csv", "{a}.csv", "a}.csv", "[a].csv",
    "C:x.csv", "a^b.csv", "a\nb.csv", "a\r.csv", "a\tb.csv", "a\x00b.csv", "a\x1b[2Jb.csv", "a\x7fb.csv", "a\x9bb.csv",
    "a\u202egpj.csv", "a\u200bb.csv", "a\ud800b.csv", " a.csv", "a.csv ", "a.csv.", "x" * 117 + ".csv", "語" * 100,
    "con.sav", "NUL.csv", "aux", "com1.tar.gz", "con .csv",
]  # fmt: skip


@pytest.mark.parametrize("key", GOOD_KEYS)
def test_a_wave_key_that_may_be_used(key: str) -> None:
    assert wave_key_fault(key, GOOD_KEYS) == ""


@pytest.mark.parametrize("key", [*BAD_KEYS, *TAKEN_KEYS])
def test_a_wave_key_that_may_not(key: str) -> None:
    assert "is no wave key" in wave_key_fault(key)


def test_two_wave_keys_that_differ_only_in_capitals() -> None:
    assert "'2013t2' and '2013T2' differ only in capitals" in wave_key_fault("2013t2", ["2011T3", "2013T2"])


@pytest.mark.parametrize("name", GOOD_FILES)
def test_a_file_name_that_may_be_used(name: str) -> None:
    assert file_name_fault(name) == ""
    assert safe_file_name(name) == name


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_name_that_may_not_and_the_one_made_of_it(name: str) -> None:
    said = file_name_fault(name)
    assert "is no file name that can be used everywhere" in said and said.endswith("; rename the file.")
    assert said.isprintable()
    assert file_name_fault(safe_file_name(name)) == ""


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ('con "comillas".sav', "con _comillas_.sav"),
        ("../../etc/passwd.csv", "_.._etc_passwd.csv"),
        ("a<<<>>>b.csv", "a_b.csv"),
        ("nul.csv", "_nul.csv"),
        (".sav", "sav"),
        ("???", "_"),
        ("", "_"),
        ("x" * 200 + ".parquet", "x" * 112 + ".parquet"),
        ("año 2013; final.SAV", "año 2013_ final.SAV"),
        ("a.b\n.csv", "a.b_.csv"),
    ],
)
def test_a_safe_name_keeps_what_it_can(name: str, made: str) -> None:
    assert safe_file_name(name) == made


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=300))
def test_any_text_becomes_a_file_name(text: str) -> None:
    made = safe_file_name(text)
    assert file_name_fault(made) == ""
    assert safe_file_name(made) == made


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x17F), min_size=1, max_size=40))
def test_a_shell_reads_an_allowed_name_as_it_stands(text: str) -> None:
    """Inside double quotes, where params.yaml and dvc.yaml put it."""
    name = safe_file_name(text)
    assert not re.search(r"[\"$`\\!]", name)


def test_a_shell_agrees() -> None:
    for name in GOOD_FILES[:6]:
        done = subprocess.run(["sh", "-c", f'printf %s "{name}"'], capture_output=True, text=True, check=True)
        assert done.stdout == name


@pytest.mark.parametrize("path", ["raw/population/control_totals.csv", "totals.csv", "raw/mapas (2020)/m.geojson"])
def test_a_path_that_may_be_used(path: str) -> None:
    assert path_fault(path) == ""


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/etc/passwd", "absolute"),
        ("C:/x.csv", "absolute"),
        ("c:x.csv", "absolute"),
        ("../x.csv", "leads out"),
        ("raw/../../x.csv", "leads out"),
        ("raw/..", "leads out"),
        ("raw//x.csv", "empty"),
        ("raw/", "empty"),
        ("", "empty"),
        ("./x.csv", "begins with"),
        ("~/x.csv", "begins with"),
        ("raw\\x.csv", "character"),
        ("raw/${x}.csv", "character"),
        ("raw/a\nb.csv", "character"),
        ("raw/con/x.csv", "device"),
        ("\\\\server\\x.csv", "character"),
    ],
)
def test_a_path_that_may_not(path: str, said: str) -> None:
    assert said in path_fault(path) and path_fault(path).isprintable()


@pytest.mark.parametrize("name", ["seg_municipio", "P7_1", "x", "edad2", "q" * 64, "index", "indice"])
def test_an_item_that_may_be_used(name: str) -> None:
    assert item_fault(name) == ""


@pytest.mark.parametrize(
    "name",
    ["", "1a", "_x", "a-b", "a b", "a.b", "año", "a\n", "a'b", "class", "del", "None", "q" * 65, "x;y", "a|b",
     "__proto__", "weight", "Weight", "PSU", "stratum", "id", "base_weight", "rep_001", "margin_1"],
)  # fmt: skip
def test_an_item_that_may_not(name: str) -> None:
    assert "is no name of an item" in item_fault(name)


def test_an_indicator_may_be_called_as_a_column_of_the_weights() -> None:
    assert identifier_fault("weight", "indicator") == ""
    assert "is no name of an indicator" in identifier_fault("a b", "indicator")


@pytest.mark.parametrize("code", ["", " 19039", "19039\n", "total", "a|b", "a*b", "a'b", "NA", "../1", "x" * 61])
def test_a_places_code_that_may_not(code: str) -> None:
    assert "is no code of a place" in code_fault(code)


@pytest.mark.parametrize("code", ["19039", "7", "A", "Distrito Norte (2)", "Ñandú", "z-1.b, c", "x" * 60])
def test_a_places_code_is_any_text(code: str) -> None:
    assert code_fault(code) == ""


@pytest.mark.parametrize("words", ["San Nicolás de los Garza", "conf_marina", "  ---  ", "Año 2 ½", "ÑANDÚ", ""])
def test_an_address_is_the_one_that_the_pages_use(words: str) -> None:
    assert address(words) == slug(words)


@pytest.mark.parametrize(
    "name",
    ["", "   ", "?*", "'Confianza'", "Notas", "CONTENIDO", "Otros", "Confianza/", "Confianza en las corporaciones, b"],
)
def test_a_topic_that_cannot_be_a_sheet(name: str) -> None:
    assert topic_fault(name, ["confianza", "Confianza en las corporaciones, a"])
    assert topic_fault("Delito y soborno", ["Confianza"]) == ""


@pytest.mark.parametrize("name", ["a:b/c", "¿Qué tan seguro?", "Un nombre que pasa de treinta y un caracteres", "[x] "])
def test_a_topics_sheet_is_the_one_that_the_workbook_makes(name: str) -> None:
    assert "share one sheet" in topic_fault(sheet_name(name), [name])


def test_names_that_would_share_a_page_or_a_column() -> None:
    assert same_address(["San José", "Juárez", "san-jose", "SAN JOSE"]) == [
        ("San José", "san-jose"),
        ("San José", "SAN JOSE"),
    ]
    assert same_but_capitals(["Sexo", "edad", "sexo"]) == [("Sexo", "sexo")]


@pytest.mark.parametrize(
    "text",
    ["\x1b[31mrojo", "a\x07", "a\rb", "\x1b]8;;http://x\x1b\\y", "a\x9b2J", "a\u202eb", "a\u2066b", "a\ud83d", "\x00"],
)
def test_hidden_characters_are_found_wherever_they_stand(text: str) -> None:
    for content in ({"a": {"b": [1, {"c": text}]}}, {"a": text}, [text]):
        (fault,) = hidden_characters(content)
        assert "holds the hidden character" in fault.text and fault.text.isprintable()


def test_texts_that_hide_nothing() -> None:
    content = {"a": "¿Qué tan seguro… «mucha»?\n\totra línea", "b": ["👩‍👧 🏳️‍🌈", 3, None, True], 5: "·"}
    assert list(hidden_characters(content)) == []


def test_every_file_of_git_may_be_named(root: Path) -> None:
    """The vocabulary refuses nothing that a study of ours would call a file."""
    names = subprocess.run(["git", "ls-files", "raw", "questionnaires"], cwd=root, capture_output=True, text=True)
    for path in filter(None, names.stdout.splitlines()):
        assert path_fault(path) == "", path
