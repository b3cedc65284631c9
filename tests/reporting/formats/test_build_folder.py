"""The pages' sources come with the program; a study's own take their places, and none is passed over."""

import shutil
from pathlib import Path

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.reporting.formats.build_folder import SOURCES, page_sources, prepared_folder
from pulsometro.reporting.formats.render import Engine
from pulsometro.style.theme import BRANDS, Theme, load_theme

pytestmark = pytest.mark.slow


def test_a_study_without_a_folder_of_reports_has_every_page(tmp_path: Path) -> None:
    found = page_sources(tmp_path / "reports")
    assert {"brief.qmd", "index.qmd", "slides.qmd", "_quarto.yml"} <= set(found)
    assert all(path.parent == SOURCES for path in found.values())


def test_a_studys_own_source_takes_the_place_of_the_programs(tmp_path: Path) -> None:
    own = tmp_path / "sources" / "brief.qmd"
    own.parent.mkdir()
    own.write_text("---\ntitle: Otro\n---\n", encoding="utf-8")
    (tmp_path / "sources" / "README.md").write_text("notes", encoding="utf-8")
    with prepared_folder(tmp_path, Theme(), Engine("prueba")) as made:
        assert (made.folder / "brief.qmd").read_text(encoding="utf-8") == own.read_text(encoding="utf-8")
        assert (made.folder / "index.qmd").read_bytes() == (SOURCES / "index.qmd").read_bytes()
        assert not (made.folder / "README.md").exists()


@pytest.mark.parametrize("name", ["sources/brif.qmd", "brief.qmd"])
def test_a_source_that_no_page_is_made_from_is_refused_and_the_remedy_works(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("---\ntitle: Otro\n---\n", encoding="utf-8")
    with pytest.raises(PulsoError, match=path.name) as found:
        page_sources(tmp_path)
    (tmp_path / "sources").mkdir(exist_ok=True)
    if "move the file" in str(found.value):
        path.rename(tmp_path / "sources" / "brief.qmd")
    else:
        path.rename(path.with_name("brief.qmd"))
    assert page_sources(tmp_path)["brief.qmd"].parent == tmp_path / "sources"


def test_a_brand_comes_from_the_study_or_from_the_program(tmp_path: Path) -> None:
    assert load_theme(tmp_path, "neutral").accent == Theme.accent
    with pytest.raises(PulsoError, match=r"report\.brand is 'camara'.*known: neutral.*add the folder\.$"):
        load_theme(tmp_path, "camara")
    shutil.copytree(BRANDS / "neutral", tmp_path / "camara")
    path = tmp_path / "camara" / "_brand.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("#15587a", "#8c1d40"), encoding="utf-8")
    assert load_theme(tmp_path, "camara").accent == "#8c1d40"
