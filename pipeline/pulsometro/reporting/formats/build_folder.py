"""The folder in which pages are rendered: sources, fragments, figures and what the engine needs."""

import base64
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pulsometro.common.errors import PulsoError
from pulsometro.common.escapes import markdown, pandoc_template, typst_string
from pulsometro.common.files import write_text
from pulsometro.common.version import VERSION
from pulsometro.reporting.formats.powerpoint import write_pptx_reference
from pulsometro.reporting.formats.render import Engine, Format, render_source
from pulsometro.reporting.formats.word import write_docx_reference
from pulsometro.style.fonts import face_css
from pulsometro.style.theme import Theme, font_folders

SOURCES = Path(__file__).parents[1] / "sources"
ASSETS = SOURCES / "assets"
# What may lie beside a study's sources: notes about them, and what systems and editors leave.
_NO_SOURCES = ("README", ".", "~$")


@dataclass(frozen=True)
class BuildFolder:
    """A prepared folder; ``folder/figuras`` and ``folder/fragmentos`` are filled by the caller."""

    folder: Path
    engine: Engine
    theme: Theme

    @property
    def figures(self) -> Path:
        """Where charts go."""
        return self.folder / "figuras"

    def put(self, fragments: Mapping[str, str]) -> None:
        """Write included fragments."""
        for name, words in fragments.items():
            write_text(words + "\n", self.folder / "fragmentos" / f"{name}.md")

    def variables(self, values: Mapping[str, str]) -> None:
        """Write what the sources name with ``var``: plain words."""
        write_text(_yaml(_as_markdown(values)), self.folder / "_variables.yml")

    def metadata(self, values: object) -> None:
        """Write what every page of the folder has in its front matter (navigation, draft): plain words."""
        write_text(_yaml(_as_markdown(values)), self.folder / "_metadata.yml")

    def render(self, source: str, form: Format, target: Path) -> None:
        """Render one source of the folder."""
        render_source(self.folder, source, form, target, self.engine, font_folders(self.theme))


@contextmanager
def prepared_folder(
    reports: Path, theme: Theme, engine: Engine, office: bool = False, shared: bool = False
) -> Iterator[BuildFolder]:
    """A temporary folder with the pages' sources and the engine's files; gone afterwards.

    ``reports``: a study's folder, whose own sources take the place of the program's.

    ``office``: with reference documents for Word and PowerPoint. ``shared``: pages take style and script
    from a folder beside them instead of holding both.
    """
    with tempfile.TemporaryDirectory(prefix="pulso-") as name:
        folder = Path(name)
        for file_name, source in page_sources(reports).items():
            shutil.copyfile(source, folder / file_name)
        parts = folder / "_engine"
        parts.mkdir()
        shutil.copyfile(ASSETS / "report.lua", parts / "report.lua")
        page = (ASSETS / "page.html").read_text(encoding="utf-8")
        write_text(page.replace("@version@", VERSION), parts / "page.html")
        write_text(_typst(theme), parts / "report.typ")
        if theme.logo:
            shutil.copyfile(theme.logo, parts / "logo.png")
        head = "" if shared else f"<style>\n{style(theme)}\n</style>\n<script>\n{script()}</script>"
        write_text(head + "\n", parts / "style.html")
        if office:
            write_docx_reference(theme, parts / "reference.docx")
            write_pptx_reference(theme, parts / "reference.pptx")
        yield BuildFolder(folder, engine, theme)


def page_sources(reports: Path) -> dict[str, Path]:
    """File name → source of every page: the program's, or the study's own in ``<reports>/sources``.

    Raises PulsoError for what is there and would not be used: no page of that name, no text in UTF-8, the old place.
    """
    found = {path.name: path for path in sorted(SOURCES.iterdir()) if path.suffix in {".qmd", ".yml"}}
    place = reports / "sources"
    for path in sorted([*reports.glob("*.qmd"), *reports.glob("_quarto.yml"), *reports.glob("assets")]):
        raise PulsoError(f"{path}: a study's own pages lie in {place}; move it there, or remove it.")
    if place.exists() and not place.is_dir():
        raise PulsoError(f"{place}: it must be a folder, of page sources; rename or remove the file.")
    own = {path.name: path for path in sorted(place.glob("*")) if not path.name.startswith(_NO_SOURCES)}
    for name, path in own.items():
        if name not in found or not path.is_file():
            raise PulsoError(f"{path}: no page is made from it (known: {', '.join(found)}); rename or remove it.")
        try:
            path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise PulsoError(f"{path}: byte {error.start + 1} is no UTF-8; save the file as UTF-8.") from None
    return {**found, **own}


def style(theme: Theme) -> str:
    """Fonts, colours and rules of every page."""
    tones = {
        name: getattr(theme, name)
        for name in ("accent", "ink", "soft", "rule", "paper", "worse", "better", "same", "warning")
    }
    root = ";".join(f"--{name}:{value}" for name, value in tones.items())
    faces = f"--sans:'{theme.sans}';--serif:'{theme.serif}'"
    rules = (ASSETS / "page.css").read_text(encoding="utf-8")
    return f"{face_css(theme)}\n:root{{{root};{faces}}}\n{rules.strip()}"


def script() -> str:
    """The hover texts of charts."""
    return (ASSETS / "page.js").read_text(encoding="utf-8")


def _typst(theme: Theme) -> str:
    words = (ASSETS / "report.typ").read_text(encoding="utf-8")
    for name in ("accent", "ink", "soft", "rule", "sans", "serif", "warning", "worse", "better", "same"):
        words = words.replace(f"@{name}@", getattr(theme, name))
    alt = pandoc_template(typst_string(theme.logo_alt))
    image = f'image("_engine/logo.png", height: 22pt, alt: {alt})'
    beside = f"grid(columns: (1fr, auto), column-gutter: 12pt, body, {image})"
    return words.replace("@head@", beside if theme.logo else "body")


def logo(theme: Theme) -> dict[str, str]:
    """What the template needs to show a brand's logo inside of a page; nothing where there is none."""
    if theme.logo is None:
        return {}
    data = base64.b64encode(theme.logo.read_bytes()).decode("ascii")
    return {"logo": f"data:image/png;base64,{data}", "logo-alt": theme.logo_alt}


def _as_markdown(values: object) -> object:
    """Every text inside of values as Markdown, as which the engine reads variables and front matter."""
    if isinstance(values, Mapping):
        return {key: _as_markdown(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [_as_markdown(value) for value in values]
    return markdown(values) if isinstance(values, str) else values


def _yaml(values: object) -> str:
    import io

    from ruamel.yaml import YAML

    buffer = io.StringIO()
    writer = YAML(typ="safe")
    writer.allow_unicode = True
    writer.default_flow_style = False
    writer.width = 100000
    writer.dump(values, buffer)
    return buffer.getvalue()
