"""A page is a value: its source, and everything that its source may name. Rendered alone, in a folder of its own."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_text
from pulsometro.reporting.charts.chart_numbers import read_said
from pulsometro.reporting.formats.build_folder import EngineFiles, yaml_text
from pulsometro.reporting.formats.render import Format, general_metadata, render_source
from pulsometro.reporting.formats.templates import as_markup, fill, names, spelled
from pulsometro.reporting.language.traced_text import Number
from pulsometro.reporting.printed_index import Shown
from pulsometro.style.theme import font_folders

FIGURES = "figuras"


@dataclass(frozen=True)
class Page:
    """A page before it is rendered. Nothing outside of it, the engine's files and the theme has a say in its bytes.

    ``source``: its file among the sources. ``fragments``: Markdown by name. ``variables``: plain words (or ``Text``)
    by name, escaped where they stand. ``metadata``: what its template needs (navigation, draft); its texts are plain
    words too. ``figures``: the folder that its charts were drawn in; None when it has none.
    """

    source: str
    fragments: Mapping[str, str]
    variables: Mapping[str, object]
    metadata: Mapping[str, object]
    figures: Path | None = None


class PagePart(NamedTuple):
    """A part of a page that has an address of its own."""

    address: str
    head: str
    said: str


class PageWords(NamedTuple):
    """What a search finds a page by: title, first heading, text without tables and charts, and its parts."""

    title: str
    head: str
    said: str
    parts: list[PagePart]


class Rendered(NamedTuple):
    """What a rendered page prints: the numbers that are tied to rows, and its words."""

    shown: list[Shown]
    words: PageWords


def render_page(page: Page, parts: EngineFiles, form: Format, target: Path) -> Rendered:
    """Render a page into ``target``, in a fresh folder that is gone afterwards; what it prints.

    Raises PulsoError naming the source and the fault: a fragment or variable that the page does not have, a missing
    image, what the renderer says.
    """
    with tempfile.TemporaryDirectory(prefix="pulso-") as name:
        folder = Path(name)
        prepare(page, parts, folder)
        render_source(
            folder, page.source, parts.shown(page.source), form, target, parts.engine, font_folders(parts.theme)
        )
        noted = json.loads((folder / "-printed.json").read_text(encoding="utf-8"))
        addressed = [PagePart(each["id"], _settled(each["head"]), _settled(*each["said"])) for each in noted["parts"]]
        words = PageWords(_settled(noted["title"]), _settled(*noted["heads"][:1]), _settled(*noted["said"]), addressed)
        return Rendered(list(_shown(noted["numbers"], folder, form)), words)


def _settled(*words: str) -> str:
    """Words with single blanks."""
    return " ".join(" ".join(words).split())


def _shown(noted: Iterable[Mapping[str, Any]], folder: Path, form: Format) -> Iterator[Shown]:
    """The numbers that the filter noted, those of charts from what lies beside their drawings."""
    for each in noted:
        name = each.get("figure", "")
        if not name:
            yield Shown(Number(each["text"], each["key"], each["field"]))
            continue
        for number in read_said(folder / FIGURES, name, form, each["small"]):
            yield Shown(number, name)


def prepare(page: Page, parts: EngineFiles, folder: Path) -> None:
    """Lay a page into a folder as plain files: its source filled in, its charts, and the engine's files.

    Raises PulsoError naming the source for what ``fill`` refuses and for a page without a title.
    """
    shown = parts.shown(page.source)
    shutil.copytree(parts.folder / "_engine", folder / "_engine", copy_function=_linked)
    shutil.copyfile(parts.source("_quarto.yml"), folder / "_quarto.yml")
    if page.figures is not None and page.figures.is_dir():
        shutil.copytree(page.figures, folder / FIGURES, copy_function=_linked)
    words = parts.source(page.source).read_text(encoding="utf-8")
    front, body = fill(words, shown, page.fragments, page.variables)
    if not (front.get("pagetitle") or front.get("title")):
        raise PulsoError(
            f"{shown}: the page has no title; begin it with front matter, as the program's does: "
            'a line ---, pagetitle: "…", a line ---.'
        )
    general = general_metadata(folder / "_quarto.yml")
    head = {**general, **dict(as_markup(page.metadata)), **front}
    write_text(f"---\n{yaml_text(head)}---\n{body}", folder / page.source)


def unused(page: Page, parts: EngineFiles) -> tuple[str, ...]:
    """What a page is given and its source does not name, fragments and variables, in order."""
    asked = names(parts.source(page.source).read_text(encoding="utf-8"), page.source)
    given = [
        *((name, asked.fragments) for name in page.fragments),
        *((name, asked.variables) for name in page.variables),
    ]
    return tuple(sorted(name for name, known in given if spelled(name) not in known))


def _linked(source: str, target: str) -> None:
    """A second name for a file that nobody writes to; a copy where the system has no such names."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
