"""The page of downloads: tables, documents and cards of every wave."""

from collections.abc import Sequence

from pulsometro.common.escapes import attribute
from pulsometro.reporting.charts import card_words
from pulsometro.reporting.edition.content import Edition, WaveInfo
from pulsometro.reporting.language.traced_text import escape
from pulsometro.reporting.pages import not_published
from pulsometro.reporting.tables import markdown

_FILES = (
    ("tabulados.xlsx", "Tabulados", "Excel"), ("brief.html", "Informe", "página"), ("brief.pdf", "Informe", "PDF"),
    ("brief.docx", "Informe", "Word"), ("brief.pptx", "Láminas", "PowerPoint"),
    ("metodologia.html", "Metodología", "página"),
)  # fmt: skip


def data_fragments(
    edition: Edition, published: Sequence[str], unpublished: Sequence[WaveInfo], root: str
) -> dict[str, str]:
    """Every file of every wave, and the last wave's cards; ``root``: the way to the start of the site."""
    files = downloads(edition, published, unpublished, root)
    return {"datos": files, "tarjetas": gallery(edition, f"{root}{edition.wave.key}/")}


def downloads(edition: Edition, published: Sequence[str], unpublished: Sequence[WaveInfo], root: str) -> str:
    """A row for each wave, newest first; one that is not published says so."""
    rows: list[list[markdown.Cell]] = []
    for info in sorted({*edition.waves, *unpublished}, key=lambda each: each.start, reverse=True):
        row: list[markdown.Cell] = [not_published.line(info)]
        if info.key not in published:
            rows.append([*row, not_published.NOT_PUBLISHED, *[markdown.EMPTY] * (len(_FILES) - 1)])
            continue
        for file, name, kind in _FILES:
            # Out of its row a link must still say where it leads.
            label = f"{name} de {info.period}, {kind}"
            row.append(markdown.Markdown(f'[{kind}]({root}{info.key}/{file}){{aria-label="{attribute(label)}"}}', kind))
        rows.append(row)
    heads = ["Edición", *(name for _, name, _ in _FILES)]
    return markdown.pipe(
        heads, rows, f"Archivos de cada edición{markdown.simulated_series(edition)}", range(len(heads))
    )


def gallery(edition: Edition, folder: str) -> str:
    """The cards of the wave to look at, each with links to both sizes."""
    items = []
    for number, measure in enumerate(edition.settings.findings, 1):
        estimate = edition.whole(measure)
        if estimate is None:
            continue
        words = card_words.card(edition, measure, estimate).alt.plain
        wide, tall = (f"{folder}tarjetas/{number}-{size}.png" for size in ("1200x630", "1080x1350"))
        name = escape(edition.label(measure).name)
        image = f'`<img src="{wide}" alt="{attribute(words)}" width="1200" height="630" loading="lazy">`{{=html}}'
        items.append(f"- {image}\n\n    {name}: [1200 × 630]({wide}) · [1080 × 1350]({tall})")
    return "::: {.cards .web}\n" + "\n\n".join(items) + "\n:::" if items else ""
