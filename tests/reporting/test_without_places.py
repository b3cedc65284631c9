"""A study without places finishes and publishes nothing about places; one with places calls them by its own noun."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.reporting.reading import docx_text, pdf_text, pptx_texts
from tests.reporting.test_tiny_designs import words
from tests.tiny_study import PLACES, make, write_study

pytestmark = pytest.mark.slow

NONE = {
    "municipalities": None, "check.area": None, "estimation.domains": [[], ["sexo"], ["edad2"]],
    "release.main.keys": ["sexo", "edad2", "escolaridad"], "report.whole": "el país",
}  # fmt: skip
UNASKED = {"items.municipio": None, "delivery.columns.municipio": None, "items.seguro.short": None}
GIVEN = {"weighting": {"base": {"kind": "given", "weight": "factor"}, "strata": "estrato", "psu": "upm"}}
PLACE = re.compile(r"municip|\b(?:mapa|lugar(?:es)?)\b", re.I)


TELEPHONE = {
    "weighting.within": None, "weighting.strata": None,
    "weighting.calibration": {"method": "raking", "margins": [{"items": ["sexo", "edad2"]}], "missing": "impute"},
    "estimation.se": "calibrated",
}  # fmt: skip


def said_in(folder: Path, wave: str) -> dict[str, str]:
    """All that the current wave publishes in words, by file."""
    site = folder / "reports/site"
    found = words(folder) | {"pdf": pdf_text(site / wave / "brief.pdf"), "docx": docx_text(site / wave / "brief.docx")}
    found["pptx"] = " ".join(said for slide in pptx_texts(site / wave / "brief.pptx") for said in slide)
    return found


def rules_of(folder: Path, wave: str) -> str:
    """Titles and remedies of the rules that the wave was held to."""
    verdict = json.loads((folder / f"processed/checks/{wave}.json").read_text("utf-8"))
    return " ".join(f"{rule['title']} {rule['remedy']}" for rule in verdict["rules"])


@pytest.mark.parametrize("design", [GIVEN, TELEPHONE], ids=["given", "telephone"])
def test_a_study_without_places_says_nothing_of_places(design: dict[str, Any], tmp_path: Path) -> None:
    study = make(write_study(tmp_path, {**NONE, **design}, UNASKED), reports=False)
    wave = study.params.current_wave
    for name, text in said_in(tmp_path, wave).items():
        assert not PLACE.search(text), (name, PLACE.search(text))
    assert "municip" not in rules_of(tmp_path, wave)
    start = (study.site / "index.html").read_text("utf-8")
    assert "municipios" not in start and not list((study.site / "secciones").glob("*/"))
    assert len(list((study.site / wave / "tarjetas").iterdir())) > 0
    released = yaml.safe_load((tmp_path / "params.yaml").read_text("utf-8"))["release"]["main"]["keys"]
    assert (study.release(wave) / f"microdatos_{wave}.csv").is_file() and "municipio" not in released


def test_the_noun_is_in_every_sentence_and_address(tmp_path: Path) -> None:
    named = zip(PLACES, ("Norte", "Centro", "Sur"), strict=True)
    changed = {
        "municipalities": None,
        "places": {
            "word": {"singular": "alcaldía", "plural": "alcaldías", "feminine": True},
            "list": [{"code": code, "name": name, "short": name} for code, name in named],
        },
    }
    asked = {"items.municipio.label": "Alcaldía", "items.seguro.short": None}
    study = make(write_study(tmp_path, changed, asked), reports=False)
    wave = study.params.current_wave
    site = study.site
    pages = said_in(tmp_path, wave)
    for name, text in pages.items():
        assert not re.search(r"municipi", text, re.I), (name, re.search(r".{60}municipi.{60}", text, re.I | re.S))
    assert (site / "secciones/alcaldias/norte.html").is_file() and "secciones/alcaldias/norte.html" in pages
    assert 'href="index.html#alcaldias"' in (site / "index.html").read_text("utf-8")
    assert "En cada alcaldía" in rules_of(tmp_path, wave) and "ninguna alcaldía" in rules_of(tmp_path, wave)
    assert "nombre de la alcaldía" in rules_of(tmp_path, wave) and "municipi" not in rules_of(tmp_path, wave)
