"""Conditions are read by their own grammar, held to what their items can be, and hold for rows as they say."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Condition, Item, check_against, load_indicators, load_questionnaire, parse
from pulsometro.questionnaire.condition_faults import faults_in
from pulsometro.questionnaire.expressions import read
from tests.ingest import deliveries as d

ITEMS = {
    "sexo": Item("t", "l", codes={1: "hombre", 2: "mujer"}, required=True),
    "victima": Item("t", "l", codes={1: "sí", 2: "no"}, missing={8: "no_sabe", 9: "no_contesta"}),
    "denuncia": Item("t", "l", codes={1: "sí", 2: "no"}, ask_if="victima == 1"),
    "radio": Item("t", "l", codes={1: "mencionó"}),
    "edad": Item("t", "l", kind="integer", range=(18, 97), missing={998: "no_sabe"}),
    "hijos": Item("t", "l", kind="integer"),
    "minutos": Item("t", "l", kind="number", range=(0, 90)),
    "peso": Item("t", "l", kind="number"),
    "folio": Item("t", "l", kind="text"),
    "fecha": Item("t", "l", kind="date"),
    "municipio": Item("t", "l", kind="area"),
}
SOUND = [
    "sexo == 1", "sexo != 2", "1 == sexo", "victima == 1 and sexo in [1]", "not victima == 9", "victima in [8, 9]",
    "victima not in (8, 9)", "not (sexo == 1 or victima == 2)", "denuncia in [1, 2]", "radio == 1", "edad > 40",
    "edad <= 97", "edad < 998", "edad != 998", "18 < edad <= 30", "40 < edad", "edad == 18", "hijos >= 3",
    "hijos == -1",
    "hijos > 100000", "minutos >= 12.5", "minutos < 3", "peso > 2 and peso < 2.3", "folio == 'F1'", "folio != 'a  b'",
    "fecha >= '2013-05-02'", "fecha in ['2013-05-02', '2013-05-03']", "municipio == '19039'", "municipio != '19006'",
    "sexo == 1 and edad > 40 and victima == 1", "sexo == victima", " sexo == 1\n", "(sexo == 1\n and edad > 40)",
]  # fmt: skip
WRONG = {
    "sexo == 7": "'sexo == 7' compares sexo with 7, which is none of its codes (1 hombre, 2 mujer); correct the code.",
    "victima == 3": "none of its codes (1 sí, 2 no, 8 no_sabe, 9 no_contesta)",
    "victima in [1, 5]": "compares victima with 5, which is none of its codes",
    "7 != sexo": "compares sexo with 7, which is none of its codes",
    "victima < 5": "compares victima with 5, which is none of its codes",
    "not (sexo == 0)": "compares sexo with 0",
    "sexo == 'hombre'": "compares sexo with 'hombre', but the item holds codes (1 hombre, 2 mujer); correct the con",
    "sexo == '1'": "compares sexo with '1', but the item holds codes",
    "sexo == 1.0": "compares sexo with 1.0, but the item holds codes",
    "sexo == True": "compares sexo with True, but the item holds codes",
    "edad > 120": "compares edad with 120, which its range leaves out (18 to 97, 998 no_sabe); correct the number.",
    "edad < 17": "compares edad with 17, which its range leaves out",
    "edad == 999": "compares edad with 999, which its range leaves out",
    "edad > 40.5": "compares edad with 40.5, but the item holds whole numbers",
    "edad == 'cuarenta'": "but the item holds whole numbers",
    "hijos > 1000000000000000000000000000": "which its range leaves out",
    "minutos > 91": "which its range leaves out (0 to 90)",
    "minutos > 1e999": "which its range leaves out",
    "minutos == 'doce'": "but the item holds numbers",
    "folio == 1": "compares folio with 1, but the item holds text",
    "fecha >= '02/05/2013'": "but the item holds days, written in quotes such as '2013-05-02'",
    "fecha >= '2013-05-32'": "but the item holds days",
    "fecha > 20130502": "but the item holds days",
    "municipio == 19039": "compares municipio with 19039, but the item holds the municipalities' codes",
    "municipio in ['19039', '19999']": "compares municipio with '19999', which is no municipality of params.yaml",
    "sexo == folio": "'sexo == folio' compares sexo with folio, which is of another kind",
    "edad >= 18": "'edad >= 18' is always true, whatever is answered to edad (18 to 97, 998 no_sabe)",
    "edad < 18": "'edad < 18' is never true, whatever is answered to edad",
    "edad > 998": "'edad > 998' is never true",
    "sexo in [1, 2]": "'sexo in [1, 2]' is always true, whatever is answered to sexo (1 hombre, 2 mujer)",
    "sexo not in [1, 2]": "'sexo not in [1, 2]' is never true",
    "sexo in []": "'sexo in []' is never true",
    "victima >= 1": "is always true",
    "denuncia not in [1, 2]": "is never true",
    "sexo == 1 and sexo == 2": "'sexo == 1 and sexo == 2' is never true, whatever is answered to sexo",
    "sexo == 1 or sexo == 2": "is always true",
    "edad > 60 and edad < 30": "is never true",
    "60 < edad < 30": "is never true",
    "victima == 1 and (sexo == 1 and sexo != 1)": "is never true, whatever is answered to sexo and victima;",
    "folio == 'a' and folio == 'b'": "is never true",
    "minutos > 3 and minutos < 2": "is never true",
    "sexo = 1": "is not a condition; write it like 'victima == 1'.",
    "sexo ==": "is not a condition",
    "": "is not a condition",
    "sexo == 1 and": "is not a condition",
    "sexo == \x00": "is not a condition",
    "(" * 3000 + "sexo == 1": "is not a condition",
    "sexo": "may only compare items with codes (==, in, and, or, not).",
    "1": "may only compare items with codes",
    "1 == 1": "may only compare items with codes",
    "not sexo": "may only compare items with codes",
    "sexo and victima == 1": "may only compare items with codes",
    "sexo == [1, 2]": "may only compare items with codes",
    "sexo in 1": "may only compare items with codes",
    "1 in sexo": "may only compare items with codes",
    "sexo is 1": "may only compare items with codes",
    "sexo == None": "may only compare items with codes",
    "sexo == -victima": "may only compare items with codes",
    "sexo + 1 == 2": "may only compare items with codes",
    "__import__('os').system('x')": "may only compare items with codes",
    "[x for x in (1,)] == sexo": "may only compare items with codes",
    "sexo == (lambda: 1)()": "may only compare items with codes",
    "(x := sexo) == 1": "may only compare items with codes",
    "f'{sexo}' == 1": "may only compare items with codes",
    "@sexo == 1": "is not a condition",
    "`sexo` == 1": "is not a condition",
}


@pytest.mark.parametrize("text", SOUND)
def test_a_condition_that_can_be_meant(text: str) -> None:
    assert faults_in(text, ITEMS, {"19039", "19006"}) == []


@pytest.mark.parametrize("text", WRONG)
def test_a_condition_that_cannot(text: str) -> None:
    (said,) = faults_in(text, ITEMS, {"19039", "19006"})
    assert WRONG[text] in said and said.startswith("'") and said.endswith(".") and said.isprintable()
    assert len(said) < 500


def test_every_fault_of_a_condition_is_told() -> None:
    said = faults_in("sexo == 7 or victima in [3, 1, 4] and edad > 120", ITEMS)
    assert [part.split(", which")[0].rsplit("compares ")[-1] for part in said] == [
        "sexo with 7", "victima with 3", "victima with 4", "edad with 120",
    ]  # fmt: skip


def test_without_the_municipalities_an_areas_code_is_held_to_its_form() -> None:
    assert faults_in("municipio == '19999'", ITEMS) == []
    assert len(faults_in("municipio == 19999", ITEMS)) == 1


def test_items_that_are_not_there_are_others_to_tell() -> None:
    assert faults_in("nadie == 1 and sexo == 1", ITEMS) == []
    assert len(faults_in("nadie == 1 and sexo == 7", ITEMS)) == 1


def test_many_codes_are_cut() -> None:
    items = {"x": Item("t", "l", codes={code: f"etiqueta {code}" for code in range(1, 90)})}
    (said,) = faults_in("x == 99", items)
    assert "12 etiqueta 12, …)" in said and "13 etiqueta" not in said


ROWS = pd.DataFrame(
    {
        "sexo": pd.array([1, 2, 1, 2], dtype="Int64"),
        "victima": pd.array([1, 9, None, 2], dtype="Int64"),
        "edad": pd.array([18, 40, 998, None], dtype="Int64"),
        "minutos": pd.array([1.5, None, 30.0, 90.0], dtype="Float64"),
        "folio": pd.array(["F1", "F2", None, "F4"], dtype="string"),
        "fecha": pd.array(["2013-05-01", "2013-05-02", "2013-06-01", None], dtype="string"),
    },
    index=[5, 3, 9, 1],
)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("victima == 1", [1, 0, 0, 0]),
        ("victima != 1", [0, 1, 0, 1]),
        ("not victima == 1", [0, 1, 0, 1]),
        ("victima not in [1]", [0, 1, 0, 1]),
        ("not victima in [1]", [0, 1, 0, 1]),
        ("victima in [1, 9]", [1, 1, 0, 0]),
        ("victima == 1 or sexo == 1", [1, 0, 1, 0]),
        ("victima != 1 and sexo == 2", [0, 1, 0, 1]),
        ("18 < edad <= 40", [0, 1, 0, 0]),
        ("40 >= edad", [1, 1, 0, 0]),
        ("edad == 998", [0, 0, 1, 0]),
        ("minutos > 1.5", [0, 0, 1, 1]),
        ("folio == 'F1'", [1, 0, 0, 0]),
        ("folio != 'F1'", [0, 1, 0, 1]),
        ("fecha >= '2013-05-02'", [0, 1, 1, 0]),
        ("sexo == victima", [1, 0, 0, 1]),
        ("sexo != victima", [0, 1, 0, 0]),
    ],
)
def test_a_missing_answer_never_satisfies_a_condition(text: str, holds: list[int]) -> None:
    mask = parse(text, "here").mask(ROWS)
    assert mask.tolist() == [bool(one) for one in holds]
    assert mask.dtype == bool and mask.index.equals(ROWS.index)
    plain = ROWS[["sexo", "victima", "edad"]].astype("float64").assign(folio=ROWS["folio"].astype(object))
    if not set(read_items(text)) - set(plain):
        assert parse(text, "here").mask(plain).tolist() == mask.tolist()


def read_items(text: str) -> tuple[str, ...]:
    return parse(text, "here").items


def test_answers_that_were_not_read_are_named() -> None:
    with pytest.raises(PulsoError, match=r"'telefono == '1'' needs the answers to 'telefono', which are not read"):
        Condition("telefono == '1'", ("telefono",)).mask(ROWS)


CODES = st.sampled_from([1, 2, 8, 9])
COMPARED = st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["==", "!=", "<", ">=", "in", "not in"]), CODES).map(
    lambda part: f"{part[0]} {part[1]} {f'[{part[2]}]' if part[1].endswith('in') else part[2]}"
)
TEXTS = st.recursive(
    COMPARED,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})")
        | inner.map(lambda text: f"not ({text})")
    ),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(TEXTS)
def test_never_and_always_are_what_python_says(text: str) -> None:
    """Of every pair of codes Python's own reading of the text agrees, and so does what is refused as foregone."""
    items = {name: Item("t", "l", codes={1: "x", 2: "y"}, missing={8: "no_sabe", 9: "no_contesta"}) for name in "ab"}
    pairs = [(a, b) for a in (1, 2, 8, 9) for b in (1, 2, 8, 9)]
    truths = [bool(eval(text, {"a": a, "b": b})) for a, b in pairs]  # the text is of the strategy above
    frame = pd.DataFrame(pairs, columns=["a", "b"]).astype("Int64")
    assert parse(text, "here").mask(frame).tolist() == truths
    if all(truths) or not any(truths):
        assert faults_in(text, items)
    else:
        assert all("': '" in said or "true" in said for said in faults_in(text, items))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=40) | st.text("sexoin ()[]=!<>12'\"\\.,-", max_size=30))
def test_no_text_ends_in_anything_but_a_sentence(text: str) -> None:
    for said in faults_in(text, ITEMS):
        assert said.isprintable()
    try:
        read(text)
    except ValueError as error:
        assert str(error)


def test_a_skip_on_a_code_that_nobody_can_give_is_refused_before_any_interview_is(tmp_path: Path) -> None:
    """It had put every interview that answered the question into quarantine."""
    study = d.write_study(tmp_path, edit=lambda text: text.replace("ask_if: victima == 1", "ask_if: sexo == 7"))
    with pytest.raises(PulsoError) as caught:
        study.questionnaire("2020T1")
    assert str(caught.value) == (
        f"{tmp_path / 'questionnaires' / '2020T1.yaml'}: items.denuncia.ask_if: 'sexo == 7' compares sexo with 7, "
        "which is none of its codes (1 hombre, 2 mujer); correct the code."
    )


INDICATORS = """
indicators:
  uno: {name: Uno, kind: mean, direction: neutral, item: edad, base: "sexo == 7"}
  dos: {name: Dos, kind: mean, direction: neutral, item: edad, base: "edad > 120 and nadie == 1"}
  tres: {name: Tres, kind: share, direction: neutral, item: sexo, categories: [3, 4], category: x,
         base: "sexo in [1, 2]"}
  bien: {name: Bien, kind: mean, direction: neutral, item: edad, base: "municipio == '01001'"}
"""


def test_every_base_that_cannot_be_meant_is_told_at_once(tmp_path: Path) -> None:
    study = d.write_study(tmp_path)
    path = tmp_path / "questionnaires" / "indicators.yaml"
    path.write_text(INDICATORS, encoding="utf-8")
    with pytest.raises(PulsoError) as caught:
        check_against(load_indicators(path), study.questionnaire("2020T1"), path, {"01001", "01002"})
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{path}: 6 things to correct:"
    for line, said in zip(
        lines[1:],
        (
            "indicators.uno.base: in wave 2020T1, 'sexo == 7' compares sexo with 7, which is none of its codes (1 ",
            "indicators.dos.base uses 'nadie', which wave 2020T1 does not ask.",
            "indicators.dos.base: in wave 2020T1, 'edad > 120 and nadie == 1' compares edad with 120",
            "indicators.tres: code 3 is not one of sexo in wave 2020T1.",
            "indicators.tres: code 4 is not one of sexo in wave 2020T1.",
            "indicators.tres.base: in wave 2020T1, 'sexo in [1, 2]' is always true",
        ),
        strict=True,
    ):
        assert line.startswith(f"  - {said}")


def test_every_fault_of_a_questionnaire_at_once(tmp_path: Path) -> None:
    """What cannot be read first, all of it; then all that it says and cannot."""
    folder = tmp_path / "questionnaires"
    folder.mkdir()
    text = d.QUESTIONNAIRE
    for old, new in (
        ("label: Municipio, kind", "lable: Municipio, kind"),
        ("conf_b: P2", "conf_b: TODO"),
        ("label: C, scale: confianza", "label: C, scale: confianzas"),
    ):
        text = text.replace(old, new)
    (folder / "2020T1.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PulsoError) as caught:
        load_questionnaire(folder, "2020T1")
    path = folder / "2020T1.yaml"
    assert str(caught.value).splitlines() == [
        f"{path}: 3 things to correct:",
        "  - unknown key 'items.municipio.lable'; did you mean 'label'?",
        "  - items.conf_c.scale names 'confianzas', which 'scales' does not define.",
        "  - delivery.columns.conf_b is still TODO; decide its column or codes.",
    ]
    for old, new in (
        ("conf_a: {text", "conf-a: {text"),
        ("conf_a: P1", "conf-a: P1"),
        ("ask_if: victima == 1", "ask_if: victima == 7 or sexo == 'x'"),
        ("{4: 1, 3: 2", "{4: 5, 3: 6"),
        ('wave: "2020T1"', 'wave: "2020T9"'),
        ("    edad: EDAD\n", ""),
        ("label: D,", 'label: "D\\x07",'),
    ):
        assert old in d.QUESTIONNAIRE
        text = d.QUESTIONNAIRE if old.startswith("conf_a: {") else text
        text = text.replace(old, new)
    path.write_text(text + "without: [nadie]\n", encoding="utf-8")
    with pytest.raises(PulsoError) as caught:
        load_questionnaire(folder, "2020T1")
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{path}: 9 things to correct:"
    for line, said in zip(
        lines[1:],
        (
            "'wave' says 2020T9; it must be the file's own name, 2020T1.",
            "items: 'conf-a' is no name of an item; use letters",
            "key 'items.conf_d.label': the text holds the hidden character \\x07; delete it.",
            "items.denuncia.ask_if: 'victima == 7 or sexo == 'x'' compares victima with 7",
            "items.denuncia.ask_if: 'victima == 7 or sexo == 'x'' compares sexo with 'x', but",
            "delivery.columns.conf_c maps to code 5, which the item lacks.",
            "delivery.columns.conf_c maps to code 6, which the item lacks.",
            "delivery.columns does not say where item 'edad' is; add its column.",
            "'nadie' in 'order' or 'without' is not an item; correct the name.",
        ),
        strict=True,
    ):
        assert line.startswith(f"  - {said}"), line
