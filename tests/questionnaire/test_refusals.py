"""A wrong questionnaire is refused in one sentence that names the place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import check_against, load_indicators, load_questionnaire, parse

BASE = """
fieldwork: {mode: telephone}
scales:
  yes_no: {codes: {1: "sí", 2: "no"}, missing: {8: no_sabe, 9: no_contesta}}
items:
  folio: {text: "Folio", label: "Folio", kind: text}
  edad: {text: "¿Edad?", label: "Edad", kind: integer, range: [18, 97]}
  grupo:
    text: "Grupo"
    label: "Grupo"
    codes: {1: "joven", 2: "mayor"}
    derived: {source: edad, ranges: {1: [18, 40], 2: [41, 97]}}
  victima: {text: "¿Víctima?", label: "Víctima", scale: yes_no}
  denuncia:
    text: "¿Denunció?"
    label: "Denunció"
    scale: yes_no
    missing: {7: no_aplica, 9: no_contesta}
    ask_if: victima == 1
delivery:
  respondent: F
  columns: {folio: F, edad: E, victima: V, denuncia: {name: D, codes: {0: 2, 1: 1}}}
"""
WAVE = 'wave: "2099T1"\nextends: base\n'
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_both(wave: str = WAVE, base: str = BASE) -> Path:
        (tmp_path / "base.yaml").write_text(base, encoding="utf-8")
        (tmp_path / "2099T1.yaml").write_text(wave, encoding="utf-8")
        return tmp_path

    return write_both


def refusal(folder: Path, wave: str = "2099T1") -> str:
    with pytest.raises(PulsoError) as caught:
        load_questionnaire(folder, wave)
    message = str(caught.value)
    assert "\n" not in message
    assert wave in message or "base.yaml" in message
    return message


def test_the_sound_one_loads(write: Write) -> None:
    edition = load_questionnaire(write(), "2099T1")
    assert edition.asked == ("folio", "edad", "victima", "denuncia")
    assert edition["denuncia"].missing == {7: "no_aplica", 9: "no_contesta"}
    assert edition["denuncia"].codes == {1: "sí", 2: "no"}
    assert edition["victima"].code_for("no_sabe") == 8
    assert edition["denuncia"].code_for("no_sabe") is None
    assert edition.delivery.columns["denuncia"].codes == {"0": 2, "1": 1}
    assert edition.delivery.respondent == ("F",)


def test_a_wave_replaces_a_scale_whole(write: Write) -> None:
    folder = write(WAVE + "items: {victima: {codes: {1: tal vez}}}\n")
    assert load_questionnaire(folder, "2099T1")["victima"].codes == {1: "tal vez"}


def test_a_wave_sets_order_and_leaves_out(write: Write) -> None:
    folder = write(WAVE + "without: [denuncia]\norder: [victima, folio]\n")
    edition = load_questionnaire(folder, "2099T1")
    assert list(edition.items) == ["victima", "folio", "edad", "grupo"]
    assert "denuncia" not in edition.delivery.columns


def test_wave_without_questionnaire(write: Write) -> None:
    assert "pulso wave new 2099T2" in refusal(write(), "2099T2")


WRONG_WAVES = {
    "duplicate key": (WAVE + "items:\n  edad: {label: A}\n  edad: {label: B}\n", "duplicate key"),
    "unknown key": (WAVE + "items: {edad: {lable: Edad}}\n", "did you mean 'label'"),
    "unknown key at the top": (WAVE + "delivry: {}\n", "delivry"),
    "unknown kind": (WAVE + "items: {edad: {kind: entero}}\n", "items.edad.kind"),
    "unknown missing kind": (WAVE + "items: {victima: {missing: {8: nose}}}\n", "items.victima.missing.8"),
    "unknown scale": (WAVE + "items: {victima: {scale: si_o_no}}\n", "si_o_no"),
    "skip to a missing item": (WAVE + "without: [victima]\n", "depends on 'victima'"),
    "skip on an unknown item": (WAVE + 'items: {denuncia: {ask_if: "victma == 1"}}\n', "victma"),
    "circular skip": (WAVE + 'items: {victima: {ask_if: "denuncia == 1"}}\n', "circle"),
    "skip on itself": (WAVE + 'items: {victima: {ask_if: "victima == 1"}}\n', "circle"),
    "skip that calls": (WAVE + "items: {denuncia: {ask_if: \"__import__('os')\"}}\n", "compare items"),
    "skip that is no condition": (WAVE + 'items: {denuncia: {ask_if: "victima = 1"}}\n', "not a condition"),
    "unknown code in the crosswalk": (
        WAVE + "delivery: {columns: {victima: {name: V, codes: {S: 1, N: 3}}}}\n",
        "maps to code 3",
    ),
    "crosswalk of an unknown item": (WAVE + "delivery: {columns: {victma: V}}\n", "'victma'"),
    "undecided crosswalk": (WAVE + "delivery: {columns: {victima: TODO}}\n", "TODO"),
    "item without column": (
        WAVE + "items: {nueva: {text: N, label: N, codes: {1: a}}}\n",
        "does not say where item 'nueva' is",
    ),
    "item without codes": (
        WAVE + "items: {nueva: {text: N, label: N}}\ndelivery: {columns: {nueva: N}}\n",
        "nueva has no codes",
    ),
    "code both answer and missing": (WAVE + "items: {victima: {missing: {1: no_sabe}}}\n", "code 1 is both"),
    "answer of the source in no group": (WAVE + "items: {edad: {range: [18, 110]}}\n", "98 of 'edad' is in no group"),
    "gap between two groups": (
        WAVE + "items: {grupo: {derived: {ranges: {1: [18, 38], 2: [41, 97]}}}}\n", "39 of 'edad' is in no group"
    ),
    "new code of the source in no group": (
        WAVE + "items: {dos: {text: D, label: D, codes: {1: a}, derived: {source: victima, ranges: {1: [1, 1]}}}}\n",
        "2 of 'victima' is in no group",
    ),
    "two groups that meet": (
        WAVE + "items: {grupo: {derived: {ranges: {1: [18, 41], 2: [41, 97]}}}}\n", "1 and 2 both take 41"
    ),
    "group without label": (
        WAVE + "items: {grupo: {derived: {ranges: {1: [18, 40], 3: [41, 97]}}}}\n", "3 is none of the item's codes"
    ),
    "group that ends before it begins": (
        WAVE + "items: {grupo: {derived: {ranges: {1: [40, 18], 2: [41, 97]}}}}\n", "1 goes from 40 to 18"
    ),
    "item that is no mapping": (WAVE + "items: {nueva: sí}\n", "items.nueva"),
    "left out but unknown": (WAVE + "without: [denunci]\n", "'denunci'"),
    "another wave's name": ('wave: "2099T2"\nextends: base\n', "2099T2"),
    "extends nothing": ('wave: "2099T1"\nextends: bsae\n', "bsae.yaml"),
    "extends itself": ('wave: "2099T1"\nextends: "2099T1"\n', "circle"),
    "no mapping": ("- wave\n", "mapping"),
    "broken YAML": ("wave: [\n", "line"),
    "empty": ("", "mapping"),
    "delivery is a list": (WAVE + "delivery: [1]\n", "delivery"),
    "items are a list": (WAVE + "items: [1]\n", "key 'items'"),
    "items are nothing": (WAVE + "items:\n", "key 'items'"),
    "scales are a list": (WAVE + "scales: [1]\n", "key 'scales'"),
    "a scale that is no mapping": (
        WAVE + "scales: {yes_no: {codes: {1: a, 2: b}}, otra: 3}\nitems: {edad: {scale: otra}}\n",
        "items.edad.scale names 'otra'",
    ),
    "a scale that is a list": (WAVE + "items: {victima: {scale: [1]}}\n", "items.victima.scale names '[1]'"),
    "extends what lies elsewhere": ('wave: "2099T1"\nextends: ../base\n', "key 'extends': '../base' is no file name"),
    "an item that is no column": (
        WAVE + "items: {mi item: {text: N, label: N, kind: text}}\ndelivery: {columns: {mi item: N}}\n",
        "items: 'mi item' is no name of an item",
    ),
    "an item that hides": (
        WAVE + 'items: {"a\\e[0mb": {text: N, label: N, kind: text}}\ndelivery: {columns: {"a\\e[0mb": N}}\n',
        "'a\\x1b[0mb'",
    ),
    "an item of the weights": (
        WAVE + "items: {weight: {text: N, label: N, kind: number}}\ndelivery: {columns: {weight: N}}\n",
        "'weight' is no name of an item: a column of the weights has it",
    ),
    "items alike but for capitals": (
        WAVE + "items: {Edad: {text: N, label: N, kind: integer}}\ndelivery: {columns: {Edad: N}}\n",
        "'edad' and 'Edad' differ only in capitals",
    ),
    "a column of the calls that is none": (
        WAVE + "attempts: {columns: {id llamada: {name: ID}}}\n", "attempts.columns: 'id llamada' is no name"
    ),
    "a label that a terminal obeys": (
        WAVE + 'items: {victima: {label: "V\\e]8;;http://mal.example\\aí"}}\n',
        "key 'items.victima.label': the text holds the hidden character \\x1b",
    ),
    "a skip on a code that is not": (
        WAVE + 'items: {denuncia: {ask_if: "victima == 7"}}\n',
        "items.denuncia.ask_if: 'victima == 7' compares victima with 7, which is none of its codes (1 sí, 2 no, 8 no_",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_WAVES)
def test_wrong_wave(write: Write, case: str) -> None:
    wave, said = WRONG_WAVES[case]
    assert said in refusal(write(wave))


def test_extends_must_not_name_a_wave(write: Write) -> None:
    folder = write()
    (folder / "2099T2.yaml").write_text('wave: "2099T2"\nextends: "2099T1"\n', encoding="utf-8")
    assert "names another wave" in refusal(folder, "2099T2")


def test_derivation_from_an_item_that_is_not_asked(write: Write) -> None:
    assert "depends on 'edad'" in refusal(write(WAVE + "without: [edad]\n"))


def test_yaml_that_is_not_utf8(write: Write) -> None:
    folder = write()
    (folder / "2099T1.yaml").write_bytes(WAVE.encode() + 'note: "año"'.encode("cp1252"))
    assert "UTF-8" in refusal(folder)


INDICATOR = """
indicators:
  {name}:
    name: "Algo"
    kind: {kind}
    direction: up_is_bad
{rest}
"""


def indicator(kind: str, rest: str) -> str:
    body = "".join(f"    {line}\n" for line in rest.split("|") if line)
    return INDICATOR.format(name="algo", kind=kind, rest=body)


WRONG_INDICATORS = {
    "share without categories": (indicator("share", "item: victima|category: sí"), "needs item, category (its label)"),
    "share without label": (indicator("share", "item: victima|categories: [1]"), "needs item, category (its label)"),
    "index without rescaling": (indicator("index", "items: [victima]"), "needs items and rescale"),
    "mean without item": (indicator("mean", ""), "needs the item"),
    "base that is no condition": (
        indicator("mean", 'item: edad|base: "victima ="'),
        "not a condition",
    ),
    "unknown key": (indicator("mean", "item: edad|denominator: x"), "denominator"),
    "unknown kind": (indicator("rate", "item: edad"), "indicators.algo.kind"),
    "a base that compares with no code": (indicator("mean", "item: edad|base: victima"), "may only compare items"),
    "a name that hides": (indicator("mean", 'item: edad|unit: "\\a"'), "algo.unit': the text holds the hidden char"),
    "a name that is none": (
        indicator("mean", "item: edad").replace("  algo:", "  algo más:"), "'algo más' is no name of an indicator"
    ),
    "two of one address": (
        indicator("mean", "item: edad") + indicator("mean", "item: edad").split("indicators:\n")[1].replace(
            "algo", "Algo"
        ),
        "'algo' and 'Algo' would share one address on the pages",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_INDICATORS)
def test_wrong_indicator(tmp_path: Path, case: str) -> None:
    text, said = WRONG_INDICATORS[case]
    path = tmp_path / "indicators.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PulsoError, match="algo") as caught:
        load_indicators(path)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("item: victima|categories: [3]|category: x", "code 3 is not one of victima"),
        ("item: edad|categories: [1]|category: x", "code 1 is not one of edad"),
        ('item: victima|categories: [1]|category: x|base: "nadie == 1"', "uses 'nadie'"),
    ],
)
def test_indicator_against_an_edition(write: Write, rest: str, said: str) -> None:
    folder = write()
    path = folder / "indicators.yaml"
    path.write_text(indicator("share", rest), encoding="utf-8")
    with pytest.raises(PulsoError, match="algo") as caught:
        check_against(load_indicators(path), load_questionnaire(folder, "2099T1"), path)
    assert said in str(caught.value)


def test_condition_lists_its_items() -> None:
    assert parse("victima == 1 and not edad in [18, 19]", "here").items == ("edad", "victima")


def test_every_fault_of_the_indicators_at_once(tmp_path: Path) -> None:
    path = tmp_path / "indicators.yaml"
    texts = [WRONG_INDICATORS[case][0] for case in list(WRONG_INDICATORS)[:5]]
    bodies = [text.split("indicators:\n")[1].replace("algo", f"algo_{n}") for n, text in enumerate(texts)]
    path.write_text("indicators:\n" + "".join(bodies), encoding="utf-8")
    with pytest.raises(PulsoError) as caught:
        load_indicators(path)
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{path}: 5 things to correct:"
    assert [line.split(" ")[3].strip(":").split(".")[1] for line in lines[1:]] == [f"algo_{n}" for n in range(5)]


def test_a_fault_of_a_scale_is_told_once_for_all_its_items(write: Write) -> None:
    base = BASE.replace("missing: {8: no_sabe, 9: no_contesta}}", "missing: {2: no_sabe}}").replace(
        "    missing: {7: no_aplica, 9: no_contesta}\n", ""
    )
    message = refusal(write(base=base))
    assert message.endswith("items.victima: code 2 is both an answer and a kind of missing; so it is in denuncia.")


def test_a_circle_is_told_once_and_without_those_who_only_lead_there(write: Write) -> None:
    more = "  {name}: {{text: N, label: N, codes: {{1: a, 2: b}}, ask_if: {on} == 1}}\n"
    items = "".join(more.format(name=n, on=o) for n, o in (("a", "b"), ("b", "c"), ("c", "b"), ("d", "d"), ("e", "d")))
    columns = "".join(f"    {name}: {name.upper()}\n" for name in "abcde")
    with pytest.raises(PulsoError) as caught:
        load_questionnaire(write(WAVE + "items:\n" + items + "delivery:\n  columns:\n" + columns), "2099T1")
    lines = str(caught.value).splitlines()
    assert [line.split("the skips of ")[1] for line in lines[1:]] == [
        "b → c → b go in a circle; break it.",
        "d → d go in a circle; break it.",
    ]


def test_todo_is_a_word_of_its_own_and_may_be_a_delivered_value(write: Write) -> None:
    columns = "delivery: {columns: {victima: METODO, denuncia: {name: TODOS, codes: {TODO: 1, NADA: 2}}}}\n"
    edition = load_questionnaire(write(WAVE + columns), "2099T1")
    assert edition.delivery.columns["victima"].name == "METODO"
    assert edition.delivery.columns["denuncia"].codes == {"TODO": 1, "NADA": 2}
    undecided = "delivery: {columns: {victima: 'TODO: P2 is gone', denuncia: {name: D, codes: {1: TODO}}}}\n"
    with pytest.raises(PulsoError, match=r"(?s)victima is still TODO.*denuncia is still TODO"):
        load_questionnaire(write(WAVE + undecided), "2099T1")


def test_a_wave_may_take_a_skip_away(write: Write) -> None:
    assert load_questionnaire(write(WAVE + "items: {denuncia: {ask_if: ''}}\n"), "2099T1").skips == {}
