"""From ``.qmd`` sources to HTML, PDF, DOCX and PPTX: by Quarto when it is there, else by pandoc and Typst.

Both read the same folder: a plain source, whose template is filled in already (``templates``), ``_quarto.yml``
(template, filter, reference documents) and the figures. An image that is not there fails here: Quarto is silent.
"""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pulsometro.common.errors import PulsoError
from pulsometro.reporting.formats.deterministic_zip import settle_office, settle_text
from pulsometro.reporting.formats.templates import split
from pulsometro.reporting.formats.unresolved import refuse_missing_images
from pulsometro.settings.configuration import load_yaml

Format = Literal["html", "pdf", "docx", "pptx"]
# 1980-01-01: the first day that a zip file can name.
EPOCH = "315532800"
_IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
_WRITERS = {"html": "html5", "pdf": "typst", "docx": "docx", "pptx": "pptx"}
_MARKDOWN = "markdown-smart-auto_identifiers-raw_tex-tex_math_dollars-citations"


@dataclass(frozen=True)
class Engine:
    """Which program renders: its name for the footer, and Quarto's path when it is Quarto."""

    name: str
    quarto: str = ""

    @property
    def english(self) -> str:
        """Its name for the terminal, which speaks English."""
        return self.name.replace(" y ", " and ")


class _Said(Exception):
    """What a renderer said when it failed, before the page's name is put in front."""


def find_engine() -> Engine:
    """Quarto when the command exists, else pandoc and Typst from their wheels.

    Raises PulsoError when neither can be used.
    """
    quarto = shutil.which("quarto")
    if quarto:
        version = subprocess.run([quarto, "--version"], capture_output=True, text=True, check=False).stdout.strip()
        return Engine(f"Quarto {version}", quarto)
    try:
        from importlib.metadata import version as installed

        import typst  # noqa: F401

        pandoc = subprocess.run([pandoc_path(), "--version"], capture_output=True, text=True, check=True).stdout
        return Engine(f"pandoc {pandoc.split()[1]} y Typst {installed('typst')}")
    except (ImportError, OSError, subprocess.CalledProcessError) as error:
        raise PulsoError(
            f"no renderer: Quarto is not on PATH and pandoc or typst do not run ({error}); "
            "run 'make setup' in a clone of the project, elsewhere pip install 'pulso-metropolitano[run]'."
        ) from error


def pandoc_path() -> str:
    """The pandoc that came with its wheel."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def render_source(
    folder: Path, source: str, shown: str, form: Format, target: Path, engine: Engine, fonts: list[Path]
) -> None:  # fmt: skip
    """Render ``folder/source`` into ``target``; nothing is written when something is wrong.

    ``shown``: the source as errors name it. ``fonts``: folders of the fonts that the PDF embeds. Raises PulsoError
    naming the source and the fault: a missing image, what the renderer says.
    """
    _refuse_missing_figures((folder / source).read_text(encoding="utf-8"), folder, shown)
    try:
        made = (
            _with_quarto(folder, source, form, engine) if engine.quarto else _with_pandoc(folder, source, form, fonts)
        )
    except _Said as said:
        # The folder is gone when somebody reads this, and its name is another one each time.
        words = str(said).replace(f"{folder}{os.sep}", "").replace(str(folder), "")
        raise PulsoError(f"{shown} ({form}): {words}") from None
    if form in ("docx", "pptx"):
        made = settle_office(made)
    elif form == "html":
        page = settle_text(made.decode("utf-8"))
        refuse_missing_images(page, folder, f"{shown} ({form})")
        made = page.encode("utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(made)


def general_metadata(shared: Path) -> dict[str, Any]:
    """What ``_quarto.yml`` says of every page, without what is the engine's."""
    return {key: value for key, value in load_yaml(shared).items() if key not in ("project", "format", "filters")}


def _refuse_missing_figures(words: str, folder: Path, shown: str) -> None:
    """PulsoError naming a picture that a source shows and that was not drawn."""
    for image in _IMAGE.findall(words):
        if not (folder / image).is_file():
            raise PulsoError(f"{shown}: the image {image} is not there; make it or correct its name.")


# --- pandoc and Typst -------------------------------------------------------------------------


def _with_pandoc(folder: Path, source: str, form: Format, fonts: list[Path]) -> bytes:
    meta, body = split((folder / source).read_text(encoding="utf-8"), source)
    options = load_yaml(folder / "_quarto.yml")
    chosen = dict(options["format"]["typst" if form == "pdf" else form])
    chosen.update((meta.pop("format", None) or {}).get("typst" if form == "pdf" else form) or {})
    command = [
        pandoc_path(), "--from", _MARKDOWN, "--to", _WRITERS[form], "--standalone", "--wrap=none", "--mathml",
        "--fail-if-warnings", "--metadata-file", "-meta.json", "--output", "-" if form in ("html", "pdf") else "-made",
    ]  # fmt: skip
    for option in ("template", "include-in-header", "reference-doc", "slide-level"):
        if option in chosen:
            command += [f"--{option}", str(chosen[option])]
    for name in options.get("filters", []):
        command += ["--lua-filter", name]
    (folder / "-meta.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "LC_ALL": "C.UTF-8"}
    ran = subprocess.run(command, input=body.encode(), capture_output=True, cwd=folder, env=environment, check=False)
    if ran.returncode or ran.stderr.strip():
        raise _Said(f"pandoc says: {ran.stderr.decode('utf-8', 'replace').strip()}")
    if form == "html":
        return ran.stdout
    if form == "pdf":
        return _typeset(folder, ran.stdout.decode("utf-8"), fonts)
    return (folder / "-made").read_bytes()


def _typeset(folder: Path, words: str, fonts: list[Path]) -> bytes:
    import typst

    path = folder / "-made.typ"
    path.write_text(words, encoding="utf-8")
    try:
        made = typst.compile(
            str(path), root=str(folder), font_paths=[str(font) for font in fonts], ignore_system_fonts=True,
            pdf_standards=["ua-1"], timestamp=0,
        )  # fmt: skip
    except Exception as error:
        raise _Said(f"Typst says: {error}") from error
    return bytes(made)


# --- Quarto -----------------------------------------------------------------------------------


def _with_quarto(folder: Path, source: str, form: Format, engine: Engine) -> bytes:
    name = f"{Path(source).stem}.{form}"
    command = [engine.quarto, "render", source, "--to", "typst" if form == "pdf" else form, "--output", name]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    log = f"{ran.stdout}\n{ran.stderr}"
    bad = [line for line in log.splitlines() if "WARN" in line or "ERROR" in line or "[warning]" in line.lower()]
    if ran.returncode or bad or not (folder / name).is_file():
        raise _Said(f"Quarto says: {(bad or log.strip().splitlines() or ['nothing'])[-1]}")
    return (folder / name).read_bytes()
