"""From ``.qmd`` sources to HTML, PDF, DOCX and PPTX: by Quarto when it is there, else by pandoc and Typst.

Both read the same folder: the source, ``_quarto.yml`` (template, filter, reference documents),
``_variables.yml`` and the included fragments. The fallback expands only the shortcodes that we use:
include, var and meta. Whatever a renderer lets pass in silence fails here.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pulsometro.common.errors import PulsoError
from pulsometro.common.escapes import markdown
from pulsometro.reporting.formats.deterministic_zip import settle_office, settle_text
from pulsometro.reporting.formats.unresolved import (
    FAULTS,
    SHORTCODE,
    office_words,
    refuse_missing_images,
    refuse_unresolved,
)
from pulsometro.settings.configuration import load_yaml

Format = Literal["html", "pdf", "docx", "pptx"]
# 1980-01-01: the first day that a zip file can name.
EPOCH = "315532800"
_SHORTCODE = re.compile(r"\{\{<\s*(.*?)\s*>\}\}")
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.S)
_IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
_CROSSREF = re.compile(r"(?<![\w@.\\])@(?:fig|tbl|sec|eq|lst)-[\w-]+")
_WRITERS = {"html": "html5", "pdf": "typst", "docx": "docx", "pptx": "pptx"}
_MARKDOWN = "markdown-smart-auto_identifiers-raw_tex-tex_math_dollars-citations"


@dataclass(frozen=True)
class Engine:
    """Which program renders: its name for the footer, and Quarto's path when it is Quarto."""

    name: str
    quarto: str = ""


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


def render_source(folder: Path, source: str, form: Format, target: Path, engine: Engine, fonts: list[Path]) -> None:
    """Render ``folder/source`` into ``target``; nothing is written when something is wrong.

    ``fonts``: folders of the fonts that the PDF embeds. Raises PulsoError naming the source and the
    fault: unknown shortcode, variable or metadata, unresolved reference, missing image or include.
    """
    if engine.quarto:
        made = _with_quarto(folder, source, form, engine.quarto)
    else:
        made = _with_pandoc(folder, source, form, fonts)
    if form in ("docx", "pptx"):
        made = settle_office(made)
        if engine.quarto:
            refuse_unresolved(office_words(made), f"{source} ({form})", _said(folder, source))
    elif form == "html":
        page = settle_text(made.decode("utf-8"))
        if engine.quarto:
            refuse_unresolved(page, f"{source} ({form})", _said(folder, source))
        refuse_missing_images(page, folder, f"{source} ({form})")
        made = page.encode("utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(made)


# --- shortcodes -------------------------------------------------------------------------------


def expand(folder: Path, source: str) -> tuple[dict[str, Any], str]:
    """The front matter and the body of a source with its shortcodes expanded.

    Raises PulsoError for what Quarto would only warn about.
    """
    variables_file = folder / "_variables.yml"
    variables = load_yaml(variables_file) if variables_file.is_file() else {}
    meta, body = split(_read(folder / source, source), source)
    shared = load_yaml(folder / "_quarto.yml")
    general = {key: value for key, value in shared.items() if key not in ("project", "format", "filters")}
    beside = folder / "_metadata.yml"
    meta = {**general, **(load_yaml(beside) if beside.is_file() else {}), **meta}
    meta = {key: _expand_value(value, variables, meta, source) for key, value in meta.items()}
    body = _expand_includes(body, folder, source, ())
    body = _expand_text(body, variables, meta, source)
    for image in _IMAGE.findall(body):
        if not (folder / image).is_file():
            raise PulsoError(f"{source}: the image {image} is not in {folder}; make it or correct its name.")
    if found := _CROSSREF.search(body):
        raise PulsoError(f"{source}: {found[0]} is a cross-reference; name the figure in words instead.")
    # What a text of the study says is escaped by now, and no shortcode any more.
    refuse_unresolved(body, source, frozenset(FAULTS) - {SHORTCODE})
    return meta, body


def _said(folder: Path, source: str) -> frozenset[str]:
    """What looks unresolved on Quarto's page and is a text of the study, which the source holds escaped."""
    meta, body = expand(folder, source)
    words = f"{json.dumps(meta, ensure_ascii=False)}\n{body}".replace("\\\\", "\\")
    return frozenset(fault for fault in FAULTS if markdown(fault) in words)


def split(words: str, source: str) -> tuple[dict[str, Any], str]:
    """Front matter and body of a source."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    found = _FRONT.match(words)
    if not found:
        return {}, words
    try:
        return dict(YAML(typ="safe").load(found[1]) or {}), words[found.end() :]
    except (YAMLError, TypeError, ValueError) as error:
        raise PulsoError(f"{source}: its front matter is not a YAML mapping; correct it.") from error


def _expand_includes(body: str, folder: Path, source: str, way: tuple[str, ...]) -> str:
    def included(found: re.Match[str]) -> str:
        words = found[1].split()
        if not words or words[0] != "include":
            return found[0]
        name = words[1] if len(words) == 2 else ""
        if name in way:
            raise PulsoError(f"{source}: {name} includes itself; break the circle.")
        content = _read(folder / name, source)
        return _expand_includes(content.rstrip("\n"), folder, source, (*way, name))

    return _SHORTCODE.sub(included, body)


def _expand_text(words: str, variables: Mapping[str, Any], meta: Mapping[str, Any], source: str) -> str:
    def expanded(found: re.Match[str]) -> str:
        kind, *names = found[1].split()
        if kind not in ("var", "meta") or len(names) != 1:
            raise PulsoError(f"{source}: unknown shortcode {found[0]}; only include, var and meta are used.")
        value: Any = variables if kind == "var" else meta
        for name in names[0].split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if value is None or isinstance(value, Mapping | list):
            raise PulsoError(f"{source}: {found[0]} names nothing that is defined; correct the name.")
        return str(value)

    return _SHORTCODE.sub(expanded, words)


def _expand_value(value: Any, variables: Mapping[str, Any], meta: Mapping[str, Any], source: str) -> Any:
    if isinstance(value, str):
        return _expand_text(value, variables, meta, source)
    if isinstance(value, list):
        return [_expand_value(item, variables, meta, source) for item in value]
    if isinstance(value, Mapping):
        return {key: _expand_value(item, variables, meta, source) for key, item in value.items()}
    return value


def _read(path: Path, source: str) -> str:
    if not path.is_file():
        raise PulsoError(f"{source}: {path} is not there; make it or correct the include.")
    return path.read_text(encoding="utf-8")


# --- pandoc and Typst -------------------------------------------------------------------------


def _with_pandoc(folder: Path, source: str, form: Format, fonts: list[Path]) -> bytes:
    meta, body = expand(folder, source)
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
        raise PulsoError(f"{source} ({form}): pandoc says: {ran.stderr.decode('utf-8', 'replace').strip()}")
    if form == "html":
        return ran.stdout
    if form == "pdf":
        words = ran.stdout.decode("utf-8")
        return _typeset(folder, source, words, fonts)
    return (folder / "-made").read_bytes()


def _typeset(folder: Path, source: str, words: str, fonts: list[Path]) -> bytes:
    import typst

    path = folder / "-made.typ"
    path.write_text(words, encoding="utf-8")
    try:
        made = typst.compile(
            str(path), root=str(folder), font_paths=[str(font) for font in fonts], ignore_system_fonts=True,
            pdf_standards=["ua-1"], timestamp=0,
        )  # fmt: skip
    except Exception as error:
        raise PulsoError(f"{source} (pdf): Typst says: {error}") from error
    return bytes(made)


# --- Quarto -----------------------------------------------------------------------------------


def _with_quarto(folder: Path, source: str, form: Format, quarto: str) -> bytes:
    # Quarto is silent about a missing image: our own expansion finds it first.
    expand(folder, source)
    name = f"{Path(source).stem}.{form}"
    command = [quarto, "render", source, "--to", "typst" if form == "pdf" else form, "--output", name]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    log = f"{ran.stdout}\n{ran.stderr}"
    bad = [line for line in log.splitlines() if "WARN" in line or "ERROR" in line or "[warning]" in line.lower()]
    if ran.returncode or bad or not (folder / name).is_file():
        raise PulsoError(f"{source} ({form}): Quarto says: {(bad or log.strip().splitlines() or ['nothing'])[-1]}")
    return (folder / name).read_bytes()
