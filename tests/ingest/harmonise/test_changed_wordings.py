"""Labels that speak of what the questionnaire does not ask, and those that are only written otherwise."""

import pytest

from pulsometro.ingest.harmonise.changed_wordings import speaking_of_others
from tests.ingest.harmonise.test_wordings import ITEMS, PARAPHRASED, TEXTS, TRUST, WRITTEN, labelled


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("text", TEXTS)
def test_a_label_written_otherwise_is_no_finding(text: str, written: str) -> None:
    assert speaking_of_others(labelled(text, written), ITEMS) == ()


@pytest.mark.parametrize(
    "labels",
    [PARAPHRASED, {}, dict.fromkeys(ITEMS, ""), {name: f"VAR{k:05d}" for k, name in enumerate(ITEMS)},
     dict.fromkeys(ITEMS, "¿Cuánta confianza le tiene usted"), {name: f"P{k}_1" for k, name in enumerate(ITEMS)},
     {"conf_ejercito": "Trust in the Army", "conf_marina": "Trust in the Navy", "sexo": "Sex", "edad": "Age"},
     {name: f"8. Confianza en … {ITEMS[name].short}" for name in TRUST}],
)  # fmt: skip
def test_labels_of_another_style_are_no_finding(labels: dict[str, str]) -> None:
    assert speaking_of_others(labels, ITEMS) == ()


OTHERS = {
    "another force": ("conf_fuerza_civil", "¿Cuánta confianza tiene usted en la Guardia Nacional: mucha o poca?"),
    "another force, short": ("conf_marina", "Confianza: Guardia Nacional"),
    "another body": ("conf_transito", "P8_2. CONFIANZA EN LOS JUECES"),
    "twelve months": ("cambio_trimestre", "Comparada con la de hace doce meses, ¿la seguridad mejoró o empeoró?"),
    "12 months": ("cambio_trimestre", "Comparada con la de hace 12 meses, ¿la seguridad mejoró o empeoró?"),
    "half-years": ("cambio_trimestre", "Comparada con la de hace cuatro semestres, ¿la seguridad mejoró o empeoró?"),
    "no question of ours": ("denuncia", "¿Qué canal de televisión ve?"),
}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("written", ["as it is", "numbered", "capitals without accents", "lost letters"])
def test_a_label_of_another_thing_is_named_alone(other: str, text: str, written: str) -> None:
    name, label = OTHERS[other]
    assert speaking_of_others(labelled(text, written) | {name: WRITTEN[written](label)}, ITEMS) == (name,)
