"""Labels that speak of what the questionnaire does not ask, and those that are only written otherwise."""

from pathlib import Path

import pytest

from pulsometro.check import stage as check
from pulsometro.ingest.harmonise.changed_wordings import speaking_of_others
from pulsometro.ingest.reading import read
from pulsometro.ingest.stage import run
from tests.ingest import deliveries as d
from tests.ingest.harmonise.test_wordings import ITEMS, PARAPHRASED, TEXTS, TRUST, WRITTEN, labelled

WAVE = "2020T1"


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


def test_a_label_cut_in_the_middle_of_a_number_is_its_own() -> None:
    text = ITEMS["adultos_hogar"].text
    assert speaking_of_others(labelled("text") | {"adultos_hogar": text[: text.index("18") + 1]}, ITEMS) == ()


def test_the_finding_stands_in_the_record_and_the_check_and_ends_with_the_right_label(tmp_path: Path) -> None:
    study = d.write_study(tmp_path, "a.sav")
    texts = {
        column.name: item.text
        for name, column in study.questionnaire(WAVE).delivery.columns.items()
        if (item := study.questionnaire(WAVE)[name])
    }
    for label, found in (("¿Votó en la elección?", {"victima"}), (texts["P5"], set())):
        labels = [{**texts, "P5": label}.get(name, "") for name in d.good()]
        d.write_sav(d.good(), study.raw(WAVE), column_labels=labels)
        assert {x.item for x in read(study, WAVE).differences if x.kind == "text_other"} == found
        run(study, WAVE)
        failed = {rule.id for rule in check.run_one(study, WAVE).failed}
        assert ("metadata.text_other" in failed) == bool(found)
