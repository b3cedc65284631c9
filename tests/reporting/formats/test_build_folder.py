"""The pages' sources come with the program; a study's own take their places, and none is passed over."""

import shutil
from pathlib import Path

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.reporting.formats.build_folder import SOURCES, engine_files, page_sources
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
    with engine_files(tmp_path, Theme(), Engine("prueba")) as made:
        assert made.source("brief.qmd") == own and made.source("index.qmd") == SOURCES / "index.qmd"
        assert "README.md" not in made.sources
        assert (
            made.shown("brief.qmd") == f"{tmp_path.name}/sources/brief.qmd" and made.shown("index.qmd") == "index.qmd"
        )


UNUSED = ("sources/brif.qmd", "brief.qmd", "_quarto.yml", "assets/page.css", "sources/page.css", "sources/brief.md",
          "sources/Brief.QMD", "sources/assets/page.css", "sources/sub/otro.qmd")  # fmt: skip


@pytest.mark.parametrize("name", UNUSED)
def test_what_no_page_is_made_from_is_refused_and_the_remedy_works(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text("---\ntitle: Otro\n---\n", encoding="utf-8")
    with pytest.raises(PulsoError, match=r"(move it there|rename or remove it)[^.]*\.$") as found:
        page_sources(tmp_path)
    at_fault = Path(str(found.value).split(": ")[0])
    assert at_fault in (path, *path.parents) and at_fault != tmp_path
    (tmp_path / "sources").mkdir(exist_ok=True)
    if "move it there" in str(found.value) and at_fault.is_file():
        at_fault.rename(tmp_path / "sources" / at_fault.name)
    elif at_fault.is_file():
        at_fault.rename(tmp_path / "sources" / "brief.qmd")
    else:
        shutil.rmtree(at_fault)
    page_sources(tmp_path)


def test_a_source_that_is_no_text_and_a_file_in_place_of_the_folder_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "brief.qmd").write_bytes(b"---\n\xff\xfe")
    with pytest.raises(PulsoError, match="byte 5 is no UTF-8"):
        page_sources(tmp_path)
    shutil.rmtree(tmp_path / "sources")
    (tmp_path / "sources").write_text("", encoding="utf-8")
    with pytest.raises(PulsoError, match="must be a folder"):
        page_sources(tmp_path)


@pytest.mark.parametrize("words", ["color: red", 'color: {primary: "#zzzzzz"}', "typography: {base: Arial}",
                                   "meta: Cámara", "color: {palette: [rojo]}", "typography: 3"])  # fmt: skip
def test_a_brand_that_is_not_written_as_one_is_one_sentence(tmp_path: Path, words: str) -> None:
    (tmp_path / "camara").mkdir()
    (tmp_path / "camara" / "_brand.yml").write_text(words, encoding="utf-8")
    with pytest.raises(PulsoError, match=r"_brand\.yml: ") as found:
        load_theme(tmp_path, "camara")
    assert "\n" not in str(found.value)


@pytest.mark.parametrize("name", ["../marca", "", ".", "..", "neutral/", "neutral/../neutral"])
def test_a_brand_is_a_folder_of_brands_and_nothing_elsewhere(tmp_path: Path, name: str) -> None:
    shutil.copytree(BRANDS / "neutral", tmp_path / "marca")
    with pytest.raises(PulsoError, match="known: neutral"):
        load_theme(tmp_path / "brands", name)


def test_a_brand_comes_from_the_study_or_from_the_program(tmp_path: Path) -> None:
    assert load_theme(tmp_path, "neutral").accent == Theme.accent
    with pytest.raises(PulsoError, match=r"report\.brand is 'camara'.*known: neutral.*add the folder\.$"):
        load_theme(tmp_path, "camara")
    shutil.copytree(BRANDS / "neutral", tmp_path / "camara")
    path = tmp_path / "camara" / "_brand.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("#15587a", "#8c1d40"), encoding="utf-8")
    assert load_theme(tmp_path, "camara").accent == "#8c1d40"
