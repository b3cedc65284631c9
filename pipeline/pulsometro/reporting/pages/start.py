"""The start page of the site: the last wave's news, and the way to everything else."""

from collections.abc import Sequence
from pathlib import Path

from pulsometro.reporting.charts import pictures
from pulsometro.reporting.edition.content import Edition, WaveInfo
from pulsometro.reporting.language import battery_sentences, conditions, not_printed, sentences
from pulsometro.reporting.language.links import place_path, places_folder
from pulsometro.reporting.language.traced_text import escape, lower_first, upper_first
from pulsometro.reporting.pages import brief, not_published, panels
from pulsometro.reporting.pages.navigation import formats, sections_of
from pulsometro.reporting.tables import markdown
from pulsometro.settings.report_settings import Measure
from pulsometro.study.batteries import ToldBattery
from pulsometro.style import spanish


def start_fragments(
    edition: Edition, figures: Path, published: Sequence[str], unpublished: Sequence[WaveInfo], engine: str
) -> dict[str, str]:
    """Fragments of the start page: news, formats, places, the series and every edition, trust."""
    headline = edition.settings.headline
    bars = [_battery(edition, battery, figures) for battery in edition.batteries]
    return {
        "antetitulo": brief.kicker(edition),
        "titular": f"# {sentences.headline(edition).markdown}",
        "entrada": brief.deck(edition),
        "aviso": brief.notice(edition),
        "hallazgos": brief.findings(edition),
        "formatos": formats(f"{edition.wave.key}/"),
        "panel-mapa": _map(edition, headline, figures) if headline else "",
        "paginas-ancla": places_folder(edition),
        "paginas-titulo": f"## {pages_heading(edition)}" if edition.places else "",
        "paginas": place_links(edition) if edition.places else "",
        "panel-serie": _line(edition, headline, figures) if headline else "",
        "ediciones": editions(edition, published, unpublished),
        "panel-confianza": "\n\n".join(panel for panel in bars if panel),
        "pie": brief.foot(edition, engine),
    }


def _line(edition: Edition, measure: Measure, figures: Path) -> str:
    beside = pictures.extreme_place(edition, measure)
    several = sum(edition.whole(measure, info.key) is not None for info in edition.waves) > 1
    line = pictures.draw_series(edition, measure, figures, beside) if several else None
    return panels.series_panel(edition, measure, line, "")


def _map(edition: Edition, measure: Measure, figures: Path) -> str:
    mapped = conditions.several_places(edition) and panels.in_places(edition, measure)
    shown = pictures.draw_map(edition, measure, figures) if mapped else None
    said = f"{panels.what(edition, measure)}, {edition.wave.period}. {panels.darker(edition, measure)}"
    return panels.map_panel(edition, measure, shown, said)


def _battery(edition: Edition, battery: ToldBattery, figures: Path) -> str:
    drawn = bool(battery_sentences.complete_rows(edition, battery))
    chart = pictures.draw_battery(edition, battery, figures) if drawn else None
    return panels.battery_panel(edition, battery, chart, "")


def pages_heading(edition: Edition) -> str:
    """What stands over the list of the places' pages."""
    if conditions.several_places(edition):
        return escape(f"Una página para cada {edition.settings.place_word}")
    return escape(f"La página de {spanish.join([place.name for place in edition.places])}")


def place_links(edition: Edition) -> str:
    """Every place with a link to its page, its headline share and its change."""
    measure = edition.settings.headline
    if measure is None:
        names = [markdown.Markdown(f"[{escape(p.name)}]({place_path(edition, p)})", p.name) for p in edition.places]
        return markdown.pipe([upper_first(edition.settings.place_word)], [[name] for name in names], "")
    found = [(place, edition.in_place(measure, place.code)) for place in edition.places]
    found.sort(key=lambda pair: (pair[1] is None, -(pair[1].estimate if pair[1] else 0)))
    rows: list[list[markdown.Cell]] = []
    for place, estimate in found:
        link = markdown.Markdown(f"[{escape(place.name)}]({place_path(edition, place)})", place.name)
        if estimate is None:
            rows.append([link, not_printed.why(edition, measure, place.code).cell, markdown.EMPTY, markdown.EMPTY])
            continue
        change = markdown.difference(edition, edition.change(estimate), edition.direction(measure))
        rows.append([link, markdown.bare(estimate), markdown.interval(estimate), change])
    heads = [upper_first(edition.settings.place_word), markdown.value_head(edition, measure), "Intervalo"]
    heads.append(markdown.in_unit(edition, "Cambio", [measure]))
    if not conditions.comparable(edition, [estimate for _, estimate in found]):
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    caption = f"{edition.named(measure)}, por {edition.settings.place_word}{markdown.simulated_changes(edition)}"
    return markdown.pipe(heads, rows, caption)


def editions(edition: Edition, published: Sequence[str], unpublished: Sequence[WaveInfo] = ()) -> str:
    """Every wave with its headline share and its brief; one that is not published says so in its place."""
    measure = edition.settings.headline
    rows: list[list[markdown.Cell]] = []
    for info in sorted({*edition.waves, *unpublished}, key=lambda each: each.start, reverse=True):
        if info in unpublished:
            rows.append([not_published.line(info), not_published.NOT_PUBLISHED, markdown.EMPTY])
            continue
        name = not_published.line(info)
        link = f"[{escape(name)}]({info.key}/brief.html)" if info.key in published else escape(name)
        cells: list[markdown.Cell] = [markdown.Markdown(link, name)]
        estimate = edition.whole(measure, info.key) if measure else None
        if measure is None:
            cells += ["", ""]
        elif estimate:
            cells += [markdown.bare(estimate), markdown.interval(estimate)]
        else:
            cells += [not_printed.why(edition, measure, wave=info.key).cell, markdown.EMPTY]
        rows.append(cells)
    if measure is None:
        # What is not published is said in the second column; without it there is none.
        wide = 2 if any(info in unpublished for info in (*edition.waves, *unpublished)) else 1
        return markdown.pipe(["Edición", "Estado"][:wide], [row[:wide] for row in rows], "Ediciones", range(wide))
    heads = ["Edición", markdown.value_head(edition, measure), f"Intervalo del {panels.level(edition)}"]
    return markdown.pipe(heads, rows, f"{edition.named(measure)}, por edición{markdown.simulated_series(edition)}")


def _battery_lines(edition: Edition, also: str) -> list[tuple[str, str, str]]:
    others = [lower_first(battery.title) for battery in edition.batteries if not battery.trust]
    told = {"confianza": f"cada corporación{also}", "comparaciones": f"{spanish.join(others)}{also}"}
    return [(f"secciones/{key}.html", name, told[key]) for key, name in sections_of(edition) if key in told]


def directory(edition: Edition) -> str:
    """What else there is on the site, a line each."""
    unit, several = edition.settings.wave_unit, conditions.several_places(edition)
    by_place = f" por {edition.settings.place_word}" if several else ""
    lines = (
        ("secciones/series.html", "Series", f"cada indicador desde {edition.waves[0].period}, con su intervalo"),
        *_battery_lines(edition, f", también por {edition.settings.place_word}" if several else ""),
        ("secciones/metodologia.html", "Metodología", "cómo se hizo, punto por punto, y las preguntas"),
        ("secciones/calidad.html", "Calidad", f"qué tan completo llegó cada {unit}"),
        ("secciones/datos.html", "Datos", f"tabulados{by_place}, láminas y tarjetas"),
    )  # fmt: skip
    listed = "\n\n".join(f"- [**{name}**]({path})\n\n    {escape(upper_first(said))}." for path, name, said in lines)
    return f"::: {{.directory}}\n{listed}\n:::"
