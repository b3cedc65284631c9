"""What every page is rendered with: the sources, and the engine's files, made once for all pages of a run."""

import base64
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pulsometro.common.errors import PulsoError
from pulsometro.common.escapes import pandoc_template, typst_string
from pulsometro.common.files import write_text
from pulsometro.common.version import VERSION
from pulsometro.reporting.formats.powerpoint import write_pptx_reference
from pulsometro.reporting.formats.render import Engine
from pulsometro.reporting.formats.templates import fill_text
from pulsometro.reporting.formats.word import write_docx_reference
from pulsometro.style.fonts import face_css
from pulsometro.style.theme import Theme

SOURCES = Path(__file__).parents[1] / "sources"
ASSETS = SOURCES / "assets"
# What may lie beside a study's sources: notes about them, and what systems and editors leave.
_NO_SOURCES = ("README", ".", "~$")


@dataclass(frozen=True)
class EngineFiles:
    """What all pages of a run share, made once and never written to again.

    ``folder/_engine``: template, filter, style, reference documents. ``sources``: file name → source of every page.
    ``reports``: the study's folder, by which its own sources are named.
    """

    folder: Path
    engine: Engine
    theme: Theme
    sources: Mapping[str, Path]
    reports: Path

    def source(self, name: str) -> Path:
        """A page's source. Raises PulsoError for a name that is none."""
        if name not in self.sources:
            raise PulsoError(f"{name} is no source of a page; known: {', '.join(self.sources)}.")
        return self.sources[name]

    def shown(self, name: str) -> str:
        """A source as errors name it: from the study's folder for its own, by its name for the program's."""
        path = self.source(name)
        return str(path.relative_to(self.reports.parent)) if self.reports in path.parents else name

    def figures(self, page: str) -> Path:
        """A folder for one page's charts, which no other page sees."""
        return self.folder / "figuras" / page


@contextmanager
def engine_files(
    reports: Path, theme: Theme, engine: Engine, office: bool = False, shared: bool = False
) -> Iterator[EngineFiles]:
    """A temporary folder with the engine's files; gone afterwards.

    ``reports``: a study's folder, whose own sources take the place of the program's.

    ``office``: with reference documents for Word and PowerPoint. ``shared``: pages take style and script
    from a folder beside them instead of holding both.
    """
    with tempfile.TemporaryDirectory(prefix="pulso-") as name:
        folder = Path(name)
        parts = folder / "_engine"
        parts.mkdir()
        shutil.copyfile(ASSETS / "report.lua", parts / "report.lua")
        page = (ASSETS / "page.html").read_text(encoding="utf-8")
        write_text(fill_text(page, {"version": VERSION}, "page.html", str), parts / "page.html")
        write_text(_typst(theme), parts / "report.typ")
        if theme.logo:
            shutil.copyfile(theme.logo, parts / "logo.png")
        head = "" if shared else f"<style>\n{style(theme)}\n</style>\n<script>\n{script()}</script>"
        write_text(head + "\n", parts / "style.html")
        if office:
            write_docx_reference(theme, parts / "reference.docx")
            write_pptx_reference(theme, parts / "reference.pptx")
        yield EngineFiles(folder, engine, theme, page_sources(reports), reports)


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
    tones = ("accent", "ink", "soft", "rule", "sans", "serif", "warning", "worse", "better", "same")
    values = {**{name: getattr(theme, name) for name in tones}, "logo": bool(theme.logo)}
    return fill_text(words, {**values, "logo_alt": pandoc_template(typst_string(theme.logo_alt))}, "report.typ", str)


def logo(theme: Theme) -> dict[str, str]:
    """What the template needs to show a brand's logo inside of a page; nothing where there is none."""
    if theme.logo is None:
        return {}
    data = base64.b64encode(theme.logo.read_bytes()).decode("ascii")
    return {"logo": f"data:image/png;base64,{data}", "logo-alt": theme.logo_alt}


def yaml_text(values: object) -> str:
    """Values as YAML, as front matter holds them."""
    import io

    from ruamel.yaml import YAML

    buffer = io.StringIO()
    writer = YAML(typ="safe")
    writer.allow_unicode = True
    writer.default_flow_style = False
    writer.width = 100000
    writer.dump(values, buffer)
    return buffer.getvalue()
