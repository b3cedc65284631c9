"""What the quality pages say of another program's figures: what was worked out again, and what was not."""

import re
from dataclasses import replace

import pytest

from pulsometro.recompute.opinion_record import Apart, SecondOpinion
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.pages.quality.second_opinion import notices, of_every_edition, told
from pulsometro.reporting.pages.quality.traced_tables import Traced
from tests.reporting.conftest import LAST
from tests.reporting.weighed import opinion as content

pytestmark = pytest.mark.slow

GOOD = SecondOpinion(**content(LAST))
NOTHING = replace(GOOD, program="", figures=0, kinds=(), largest_estimate=None, largest_error=None)
APART = Apart("soborno", "sí", "proportion", "municipio", "19018", 0.0812345, 0.0812399, 0.01, 0.01)


def plain(text: str) -> str:
    """Without what ties the numbers to their file."""
    return re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", text)


def test_it_says_that_the_plain_error_was_worked_out_again_and_not_the_printed_one(edition: Edition) -> None:
    said = told(Traced(LAST), GOOD, edition, "replicates")
    assert "samplics 0.6.1 volvió a calcular 60 cifras: las principales, en el área metropolitana y por" in plain(said)
    assert "ninguna estimación se aparta de la nuestra en más de 10⁻⁹ de su valor" in plain(said)
    assert "ningún error estándar simple en más de 10⁻¹⁰" in plain(said)
    for method in ("replicates", "calibrated"):
        assert "El error que se imprime es otro" in told(Traced(LAST), GOOD, edition, method)
    assert "también el que se imprime" in told(Traced(LAST), GOOD, edition, "taylor")
    assert notices(GOOD) == []


def test_figures_apart_are_named_without_their_values_and_are_warned_about(edition: Edition) -> None:
    bad = replace(GOOD, apart=(APART,), largest_estimate=1e-4)
    said = plain(told(Traced(LAST), bad, edition, "replicates"))
    assert "Éstas se apartan de la nuestra en más de 10⁻⁸ de su valor:" in said and "García" in said
    assert "Coinciden" not in said and "8.1" not in said and "0.08" not in said
    (notice,) = notices(bad)
    assert notice.startswith("Una cifra principal no coincide con lo que recalcula samplics 0.6.1")
    (notice,) = notices(replace(bad, apart=(APART, APART)))
    assert notice.startswith("2 cifras principales no coinciden")


@pytest.mark.parametrize(
    ("opinion", "words", "warned"),
    [
        (replace(NOTHING, obstacle="lonely_psu", lonely=1), "No comparable: 1 estrato tiene una sola unidad", False),
        (replace(NOTHING, obstacle="lonely_psu", lonely=12), "No comparable: 12 estratos tienen una sola", False),
        (replace(NOTHING, obstacle="absent"), "No comparable: samplics no está instalado", True),
        (replace(GOOD, figures=0, obstacle="failed", failure="E"), "el nuevo cálculo se detuvo con un error (E)", True),
        (replace(GOOD, figures=0, obstacle="no_figure"), "ninguna de las cifras principales es un porcentaje", False),
    ],
)  # fmt: skip
def test_what_could_not_be_compared_says_why(
    edition: Edition, opinion: SecondOpinion, words: str, warned: bool
) -> None:
    said = plain(told(Traced(LAST), opinion, edition, "taylor"))
    assert words in said and "oinciden" not in said
    assert bool(notices(opinion)) == warned == opinion.warns


def test_a_kind_that_is_too_large_is_named(edition: Edition) -> None:
    said = told(Traced(LAST), replace(GOOD, left_out=("municipio",)), edition, "taylor")
    assert "Por municipio no se recalculó: son demasiados grupos" in said


def test_all_editions_are_told_in_one_place() -> None:
    far = replace(GOOD, wave="2013T1", largest_error=1e-8)
    said = of_every_edition([("mayo de 2013", GOOD), ("enero de 2013", far)], "replicates")
    assert said.plain.startswith("Segunda opinión: samplics 0.6.1, otro programa, volvió a calcular")
    assert said.plain.endswith("ni unas ni otro se apartan de los nuestros en más de 10⁻⁸ de su valor.")
    assert "y no es el que se imprime" in said.plain
    assert "se imprime" not in of_every_edition([("mayo de 2013", GOOD)], "taylor").plain
    assert [(number.key, number.field) for number in said.numbers] == [("2013T1/second_opinion.json", "largest_error")]
    bad = replace(far, apart=(APART,))
    said = of_every_edition([("mayo de 2013", GOOD), ("enero de 2013", bad)], "replicates")
    assert "no coinciden todas en enero de 2013" in said.plain and not said.numbers
    alone = replace(NOTHING, obstacle="lonely_psu", lonely=1)
    said = of_every_edition([("mayo de 2013", alone), ("enero de 2013", GOOD)], "replicates")
    assert "No comparable: mayo de 2013; la página de cada una dice por qué." in said.plain
    assert of_every_edition([("mayo de 2013", alone)], "taylor").plain.startswith(
        "Segunda opinión: No comparable: mayo"
    )
