"""Fragments of the site's pages that are about every wave: start page, series, trust, quality, data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.reporting import fragments, numbers, pictures, sentences, tables
from pipeline.reporting.edition import Edition, IndicatorLabel
from pipeline.reporting.rows import Rank
from pipeline.reporting.text import Number, Text, escape, text, upper_first
from pipeline.reporting.workshop import Workshop
from pipeline.settings.reporting import Measure


@dataclass(frozen=True)
class WaveQuality:
    """What the quality page says of one wave; rates are proportions, None where not known."""

    wave: str
    period: str
    verdict: str
    interviews: int
    response_rate: float | None
    kish: float | None
    exceptions: tuple[str, ...]


def start(edition: Edition, shop: Workshop, published: Sequence[str], engine: str) -> dict[str, str]:
    """The start page: the last wave's news, its formats, the places, every edition and the search."""
    measure = edition.settings.headline
    chart = pictures.draw_map(edition, measure, shop.figures, png=False)
    return {
        "antetitulo": fragments.kicker(edition),
        "titular": f"# {sentences.headline(edition).markdown}",
        "entrada": f"::: {{.deck}}\n{sentences.deck(edition).markdown}\n:::",
        "aviso": fragments.notice(edition),
        "hallazgos": fragments.findings(edition),
        "formatos": formats(f"{edition.wave.key}/"),
        "mapa": chart.markdown(),
        "paginas": place_links(edition, "secciones/municipios/"),
        "ediciones": editions(edition, published),
        "buscador": SEARCH,
        "pie": fragments.foot(edition, engine),
    }


SEARCH = """::: {.search .web}
## Buscar en el sitio

```{=html}
<form role="search" onsubmit="return false">
<label for="buscar">Palabras: un municipio, una corporación, un indicador</label>
<input id="buscar" type="search" autocomplete="off"></form>
<p id="cuantos" role="status"></p><ol id="resultados" class="results"></ol>
<script defer src="recursos/buscar.js"></script>
```
:::"""


def formats(folder: str) -> str:
    """Links to every format of a wave in ``folder`` ("" or ending in a slash)."""
    names = (
        ("brief.html", "Leer el brief"), ("brief.pdf", "PDF"), ("brief.docx", "Word"), ("brief.pptx", "PowerPoint"),
        ("tabulados.xlsx", "Tabulados (Excel)"), ("metodologia.html", "Metodología"), ("calidad.html", "Calidad"),
    )  # fmt: skip
    return "::: {.web}\n" + "  ·  ".join(f"[{name}]({folder}{file})" for file, name in names) + "\n:::"


def place_links(edition: Edition, folder: str) -> str:
    """Every place with a link to its page, its headline share and its change."""
    measure = edition.settings.headline
    found = [(place, edition.in_place(measure, place.code)) for place in edition.places]
    found.sort(key=lambda pair: (pair[1] is None, -(pair[1].estimate if pair[1] else 0)))
    lines = [f"| {edition.settings.place_word.capitalize()} | % | Intervalo | Cambio, pp |", "|---|--:|--:|--:|"]
    for place, estimate in found:
        link = f"[{escape(place.name)}]({folder}{slug(place.short)}.html)"
        if estimate is None:
            lines.append(f"| {link} | no se publica | {tables.EMPTY} | {tables.EMPTY} |")
            continue
        change = tables.difference(edition, edition.change(estimate), edition.direction(measure))
        cells = (tables.bare(estimate), tables.interval(estimate), change)
        lines.append(f"| {link} | {' | '.join(text(cell).markdown for cell in cells)} |")
    return (
        "\n".join(lines)
        + f"\n\n: {edition.label(measure).name}, por {edition.settings.place_word}{tables.simulated(edition)}\n"
    )


def editions(edition: Edition, published: Sequence[str]) -> str:
    """Every wave with its headline share and its brief."""
    lines = []
    measure = edition.settings.headline
    for info in reversed(edition.waves):
        estimate = edition.whole(measure, info.key)
        shown = text(tables.bare(estimate)).markdown if estimate else "no se publica"
        half = text(tables.interval(estimate)).markdown if estimate else tables.EMPTY
        name = f"{info.number}.ª, {info.period}"
        link = f"[{name}]({info.key}/brief.html)" if info.key in published else name
        lines.append(f"| {link} | {shown} | {half} |")
    heads = f"| Edición | % | Intervalo del {numbers.decimal(edition.level * 100, 0)}{numbers.NBSP}% |\n|---|--:|--:|"
    caption = f": {edition.label(measure).name}, por edición{tables.simulated(edition)}"
    return heads + "\n" + "\n".join(lines) + f"\n\n{caption}\n"


def topics(edition: Edition) -> list[tuple[str, list[IndicatorLabel]]]:
    """Indicators by theme in order; what no theme names comes last."""
    named: set[str] = set()
    found: list[tuple[str, list[IndicatorLabel]]] = []
    for topic in edition.settings.topics:
        found.append((topic.name, [edition.labels[name] for name in topic.indicators if name in edition.labels]))
        named |= set(topic.indicators)
    rest = [label for name, label in edition.labels.items() if name not in named]
    return [*found, ("Otros" if found else "Indicadores", rest)] if rest else found


def series(edition: Edition, shop: Workshop) -> str:
    """Every indicator with one main figure: a chart, its verdicts, its rows."""
    parts = []
    for name, labels in topics(edition):
        shown = [label for label in labels if label.kind != "distribution" and _asked(edition, label.measure)]
        if not shown:
            continue
        parts.append(f"## {escape(name)}")
        panels = [f"::::: {{.panel}}\n{_one_series(edition, shop, label)}\n:::::" for label in shown]
        parts.append(":::::: {.gallery}\n\n" + "\n\n".join(panels) + "\n\n::::::")
    return "\n\n".join(parts)


def _asked(edition: Edition, measure: Measure) -> bool:
    return any(edition.whole(measure, info.key) for info in edition.waves)


def _one_series(edition: Edition, shop: Workshop, label: IndicatorLabel) -> str:
    measure = label.measure
    chart = pictures.draw_series(edition, measure, shop.figures, name=f"serie-{slug(label.id)}", png=False)
    estimate = edition.whole(measure)
    lines = [f"### {escape(label.name)} {{#{slug(label.id)}}}"]
    if estimate is None:
        lines.append(f"{upper_first(sentences.silence(edition, measure))}.")
    else:
        now = sentences.verdict(edition, edition.change(estimate), sentences.is_first(edition, measure))
        year = edition.change(estimate, "year_ago")
        said = text(sentences.value(estimate), " (", sentences.margin(estimate), "): ", now)
        if year is not None:
            said = text(said, "; en un año, ", sentences.verdict(edition, year, False, since=False))
        lines.append(text(said, ".").markdown)
    lines[1] = f"::: {{.sub}}\n{lines[1]}\n:::"
    lines += [chart.markdown(), tables.folded(tables.series(edition, measure))]
    return "\n\n".join(lines)


def trust(edition: Edition, shop: Workshop) -> str:
    """The battery as bars, its first level by place, and its rows."""
    parts = [f"## {sentences.trust_heading(edition).markdown}"]
    if sentences.trust_rows(edition):
        chart = pictures.draw_trust(edition, shop.figures, png=False)
        parts += [chart.markdown(), tables.folded(tables.trust(edition))]
    battery = edition.settings.trust
    level = (battery.level_names or battery.levels)[0]
    parts.append(f"## Quién responde «{escape(level)}», por {edition.settings.place_word}")
    names = [(indicator, battery.names.get(indicator, indicator)) for indicator in battery.indicators]
    rows: list[list[str | Number | Text]] = []
    for place in edition.places:
        cells: list[str | Number | Text] = [place.short]
        for indicator, _ in names:
            estimate = edition.in_place(Measure(indicator, battery.levels[0]), place.code)
            cells.append(tables.bare(estimate) if estimate else "no se publica")
        rows.append(cells)
    heads = [edition.settings.place_word.capitalize(), *(f"{name}, %" for _, name in names)]
    parts.append(tables.pipe(heads, rows, f"Responde «{level}»{tables.simulated(edition)}"))
    return "\n\n".join(parts)


def quality(edition: Edition, waves: Sequence[WaveQuality], withheld: Mapping[str, tuple[int, int]]) -> str:
    """A row for each wave: what came, what was accepted with a signature, what is too imprecise to print."""
    heads = "| Edición | Entrevistas | Tasa de respuesta, % | Efecto de diseño | Cifras que no se publican | Revisión |"
    lines = [heads, "|---|--:|--:|--:|--:|---|"]
    for wave in waves:
        rate = numbers.bare_percent(wave.response_rate) if wave.response_rate is not None else tables.EMPTY
        kish = numbers.decimal(wave.kish, 2) if wave.kish is not None else tables.EMPTY
        few, all_ = withheld.get(wave.wave, (0, 0))
        share = f"{numbers.count(few)} de {numbers.count(all_)}"
        said = wave.verdict + (f" ({'; '.join(wave.exceptions)})" if wave.exceptions else "")
        page = f"[{wave.period}](../{wave.wave}/calidad.html)"
        lines.append(f"| {page} | {numbers.count(wave.interviews)} | {rate} | {kish} | {share} | {escape(said)} |")
    notes = (
        "Tasa de respuesta: RR3 de AAPOR. Efecto de diseño: 1 + CV² de los pesos (Kish, 1965), lo que la ponderación "
        "aumenta la varianza. Cifras que no se publican: las que la regla de precisión deja fuera."
    )
    return "\n".join(lines) + f"\n\n: Calidad de cada edición{tables.simulated(edition)}\n\n::: {{.note}}\n{notes}\n:::"


def data(edition: Edition, published: Sequence[str], folder: str) -> str:
    """Downloads of every wave."""
    lines = []
    for info in reversed(edition.waves):
        if info.key in published:
            links = " · ".join(
                f"[{name}]({folder}{info.key}/{file})"
                for file, name in (("tabulados.xlsx", "Tabulados (Excel)"), ("brief.pdf", "Brief (PDF)"),
                                   ("brief.docx", "Brief (Word)"), ("brief.pptx", "Láminas (PowerPoint)"))
            )  # fmt: skip
            lines.append(f"**{info.number}.ª edición, {info.period}:** {links}")
    return "\n\n".join(lines)


def ranks_of(edition: Edition, measure: Measure) -> list[tuple[str, str, Rank]]:
    """Code, short name and rank of every printed place, first rank first."""
    found = []
    for place in edition.places:
        rank = edition.rank(edition.in_place(measure, place.code))
        if rank is not None:
            found.append((place.code, place.short, rank))
    return sorted(found, key=lambda row: (row[2].rank, row[1]))


def slug(words: str) -> str:
    """``San Nicolás`` → ``san-nicolas``."""
    import re
    import unicodedata

    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
