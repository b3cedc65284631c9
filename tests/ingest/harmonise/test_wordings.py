"""Labels of columns that are another item's: exchanged, shifted, one alone; and those only written otherwise."""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.common.discretion import simple
from pulsometro.ingest.harmonise.wordings import mislabelled
from pulsometro.questionnaire.model import Item
from pulsometro.study import load_study
from tests.conftest import ROOT

QUESTIONNAIRE = load_study(ROOT).questionnaire("2013T2")
ITEMS = {name: QUESTIONNAIRE[name] for name in QUESTIONNAIRE.asked}
TRUST = [name for name in ITEMS if name.startswith("conf_")]
TEXTS: dict[str, Callable[[Item], str]] = {"label": lambda i: i.label, "text": lambda i: i.text}
WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "cut at 256 bytes": lambda s: s.encode()[:256].decode(errors="ignore"),
    "cut at 80 bytes": lambda s: s.encode()[:80].decode(errors="ignore"),
    "cut at 40 bytes": lambda s: s.encode()[:40].decode(errors="ignore"),
    "numbered": lambda s: "P7_3. " + s,
    "capitals without accents": lambda s: simple(s).upper(),
    "double UTF-8": lambda s: s.encode().decode("latin-1"),
    "cp850 as latin-1": lambda s: s.encode("cp850", "replace").decode("latin-1"),
    "lost letters": lambda s: s.encode("ascii", "replace").decode(),
    "words cut short": lambda s: " ".join(word[:4] + "." for word in s.split()),
    "words around it": lambda s: f"Respuesta: {s} (entrevistado)",
}
# As another firm might call them, in the questionnaire's order.
PARAPHRASED = {
    "municipio": "Municipio de residencia", "adultos_hogar": "Total de mayores de 18 que viven ahí", "sexo": "Género",
    "edad": "Años cumplidos", "seg_municipio": "Qué tan seguro se siente donde vive", "seg_estado": "Seguridad: NL",
    "seg_pais": "Seguridad: México", "cambio_trimestre": "Mejoró o empeoró", "perspectiva": "Qué espera a futuro",
    "conf_policia_municipal": "Confianza PM", "conf_transito": "Confianza oficiales de vialidad",
    "conf_fuerza_civil": "Confianza FC", "conf_policia_estatal": "Confianza PE", "conf_policia_federal": "Confianza PF",
    "conf_ejercito": "Confianza Sedena", "conf_marina": "Confianza Semar", "comp_alcalde": "Presidente municipal",
    "comp_gobernador": "Ejecutivo del estado", "comp_presidente": "Ejecutivo federal", "soborno_municipal": "Mordidas",
    "victima": "Victimización del hogar", "denuncia": "Acudió al MP", "escolaridad": "Último grado",
    "ocupacion": "Oficio", "anios_municipio": "Tiempo de residencia", "lineas": "Núm. de teléfonos",
    "duracion_min": "Tiempo",
}  # fmt: skip


def labelled(text: str = "label", written: str = "as it is") -> dict[str, str]:
    return {name: WRITTEN[written](TEXTS[text](item)) for name, item in ITEMS.items()}


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("text", TEXTS)
def test_a_label_written_otherwise_is_no_finding(text: str, written: str) -> None:
    assert mislabelled(labelled(text, written), ITEMS) == ()


@pytest.mark.parametrize(
    "labels",
    [PARAPHRASED, {}, dict.fromkeys(ITEMS, ""), {name: f"VAR{k:05d}" for k, name in enumerate(ITEMS)},
     dict.fromkeys(ITEMS, "¿Cuánta confianza le tiene usted"), {name: f"P{k}_1" for k, name in enumerate(ITEMS)}],
)  # fmt: skip
def test_labels_of_another_style_are_no_finding(labels: dict[str, str]) -> None:
    assert mislabelled(labels, ITEMS) == ()


@pytest.mark.parametrize("written", [w for w in WRITTEN if w not in {"cut at 40 bytes", "words cut short"}])
@pytest.mark.parametrize("text", TEXTS)
def test_army_and_navy_exchanged_are_named(text: str, written: str) -> None:
    labels = labelled(text, written)
    labels["conf_ejercito"], labels["conf_marina"] = labels["conf_marina"], labels["conf_ejercito"]
    found = mislabelled(labels, ITEMS)
    assert [(each.item, each.other, each.exchanged) for each in found] == [
        ("conf_ejercito", "conf_marina", True), ("conf_marina", "conf_ejercito", True),
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(pair=st.sampled_from(list(itertools.combinations(ITEMS, 2))), text=st.sampled_from(list(TEXTS)))
def test_any_two_exchanged_are_named_and_no_third(pair: tuple[str, str], text: str) -> None:
    labels = labelled(text)
    labels[pair[0]], labels[pair[1]] = labels[pair[1]], labels[pair[0]]
    found = {each.item for each in mislabelled(labels, ITEMS)}
    # Labels that differ in nothing but small words cannot be told apart.
    assert found == set(pair) or simple(labels[pair[0]]) == simple(labels[pair[1]])


@pytest.mark.parametrize("step", [1, -1, 2])
@pytest.mark.parametrize("first", ["Confianza en la Guardia Nacional", "Confianza en los jueces", ""])
def test_a_battery_moved_by_a_column_is_exchanged(step: int, first: str) -> None:
    labels = labelled()
    for k, name in enumerate(TRUST):
        labels[name] = ITEMS[TRUST[k - step]].label if 0 <= k - step < len(TRUST) else first
    found = mislabelled(labels, ITEMS)
    assert {each.item for each in found} >= {n for k, n in enumerate(TRUST) if 0 <= k - step < len(TRUST)}
    assert {each.item for each in found} <= set(TRUST)
    assert all(each.exchanged for each in found)


def test_one_label_that_is_anothers_is_told_alone() -> None:
    labels = labelled() | {"victima": ITEMS["conf_marina"].label}
    found = mislabelled(labels, ITEMS)
    assert [(each.item, each.other, each.exchanged) for each in found] == [("victima", "conf_marina", False)]
