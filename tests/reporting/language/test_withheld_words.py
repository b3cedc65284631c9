"""What a reader is told of withheld figures is what the settings say."""

from dataclasses import replace

import pytest

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.language import withheld_words
from pulsometro.reporting.pages import wave_pages
from pulsometro.settings.report_settings import Confidentiality
from pulsometro.study import Study

ASKED = ["Víctima de un delito", "Denuncia"]
BASE = "Tampoco se publica, en ningún formato, una cifra con menos de diez entrevistas en su base."
FEW = (
    "De «Víctima de un delito» y «Denuncia» tampoco se publica una que dependa de menos de tres personas, porque son "
    "las que dan esa respuesta o las únicas que no la dan."
)
ALSO = "con ellas se ocultan las que permitirían calcularlas"


def test_the_rule_is_told_whole() -> None:
    said = withheld_words.rule(Confidentiality(), ASKED)
    assert said.startswith(f"{BASE} {FEW} Ni una de todas o de ninguna de las personas de una base de menos de 30.")
    assert ALSO in said.lower() and "  " not in said


@pytest.mark.parametrize(
    ("rules", "asked", "has", "lacks"),
    [
        (Confidentiality(), [], [BASE], ["personas", "«"]),
        (Confidentiality(min_count=0), ASKED, [BASE, "«Denuncia» tampoco una de todas o de ninguna"], ["dependa"]),
        (Confidentiality(min_base_all=0), ASKED, [BASE, FEW], ["de ninguna"]),
        (Confidentiality(min_base=0, min_count=0, min_base_all=0), ASKED, [""], ["cifra", "ocultan"]),
    ],
)
def test_a_rule_that_is_off_is_not_told(
    rules: Confidentiality, asked: list[str], has: list[str], lacks: list[str]
) -> None:
    said = withheld_words.rule(rules, asked)
    assert all(words in said for words in has) and not any(words in said for words in lacks)


def test_who_has_the_microdata_is_told(edition: Edition) -> None:
    assert edition.microdata == "partners" and "no son públicos" in withheld_words.circle(edition)
    public = withheld_words.circle(replace(edition, microdata="public"))
    assert "por municipio, sexo, grupo de edad y escolaridad, y ninguna cifra de esos grupos se oculta" in public
    assert withheld_words.circle(replace(edition, microdata="")) == ""


def test_the_methodology_tells_both(study: Study, edition: Edition) -> None:
    page = wave_pages.methodology(study, edition, "motor")
    said = " ".join(page.fragments.values())
    assert "tampoco se publica una que dependa de menos de tres personas" in said
    assert "Los microdatos no son públicos" in said
