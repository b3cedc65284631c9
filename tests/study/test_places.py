"""The places of a study: any code, a tile or none, a noun; as ``municipalities`` says them, or as ``places`` does."""

from pathlib import Path
from typing import Any

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.graph.stages import stages_of
from pulsometro.study import load_study
from pulsometro.study.stage import run
from tests.tiny_study import changed_params, write_study

WORD = {"singular": "demarcación", "plural": "demarcaciones", "feminine": True}


def said(**word: object) -> dict[str, Any]:
    """The tiny study's places as ``places`` says them."""
    old = changed_params({})["municipalities"]
    return {"list": [{"code": each.pop("cve_geo"), **each} for each in old], **word}


def test_both_keys_say_the_same(tmp_path: Path) -> None:
    old = load_study(write_study(tmp_path / "old"))
    new = load_study(write_study(tmp_path / "new", {"municipalities": None, "places": said()}))
    assert new.places == old.places and new.area_names == old.area_names
    assert new.params.report == old.params.report and new.params.report.place_word == "municipio"
    assert "Note: 'municipalities' is read as before" in run(old) and "Note" not in run(new)
    # Whoever read the old key reads the new one.
    reads = {stage.name for stage in stages_of(old) if "processed/settings/municipalities.json" in stage.deps}
    assert reads == {stage.name for stage in stages_of(new) if "processed/settings/places" in stage.deps}
    assert not any("municipalities" in dep for stage in stages_of(new) for dep in stage.deps)


def test_the_noun_is_the_reports_too(tmp_path: Path) -> None:
    report = load_study(write_study(tmp_path, {"municipalities": None, "places": said(word=WORD)})).params.report
    assert (report.the_places, report.this_place, report.no_place) == (
        "las demarcaciones",
        "esta demarcación",
        "ninguna",
    )


def test_tiles_are_laid_out_below_those_that_are_said(tmp_path: Path) -> None:
    places = said()
    for place in places["list"][1:]:
        place.pop("tile")
    study = load_study(write_study(tmp_path, {"municipalities": None, "places": places}))
    assert [place.tile for place in study.places] == [(0, 0), (0, 1), (1, 1)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"code": "a*b"}, r"key 'places\.list\.0\.code': 'a\*b' is no code of a place"),
        ({"code": "07002"}, r"places\.list lists 07002 twice"),
        ({"short": "Centro"}, r"places\.list: 'Centro' stands for 07001 and 07002, whose pages would be one"),
        ({"since": "1999"}, r"places\.list: Norte says since: 1999, which is no wave"),
        ({"tile": [1, 0]}, r"places\.list: Norte and Centro lie on one tile"),
    ],
)
def test_a_fault_names_the_key_that_says_it(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    places = said()
    places["list"][0] |= change
    folder = write_study(tmp_path, {"municipalities": None, "places": places})
    with pytest.raises(PulsoError, match=message):
        load_study(folder)


def test_places_are_said_once_and_are_some(tmp_path: Path) -> None:
    with pytest.raises(PulsoError, match="'places' and 'municipalities' both say the places; keep 'places'"):
        load_study(write_study(tmp_path / "both", {"places": said()}))
    with pytest.raises(PulsoError, match="list is empty; list a place, or take 'places' out"):
        load_study(write_study(tmp_path / "none", {"municipalities": None, "places": {"list": []}}))
    with pytest.raises(PulsoError, match="plural has no letter or digit to call a page by"):
        word = {"singular": "zona", "plural": "¡!"}
        load_study(write_study(tmp_path / "word", {"municipalities": None, "places": said(word=word)}))
