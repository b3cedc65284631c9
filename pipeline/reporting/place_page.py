"""The page of one municipality: its figures, its series, its place among the others."""

from pipeline.reporting import alt, comparisons, fragments, pictures, sentences, tables
from pipeline.reporting.edition import Edition, Place
from pipeline.reporting.figures import ranks
from pipeline.reporting.figures.canvas import Picture
from pipeline.reporting.rows import Estimate
from pipeline.reporting.sections import ranks_of, slug
from pipeline.reporting.text import Number, Text, text
from pipeline.reporting.workshop import Workshop
from pipeline.settings.reporting import Measure


def page(edition: Edition, place: Place, shop: Workshop, engine: str) -> dict[str, str]:
    """Fragments of the place's page."""
    measure = edition.settings.headline
    estimate = edition.in_place(measure, place.code)
    name = f"serie-{slug(place.short)}"
    chart = pictures.draw_series(edition, measure, shop.figures, place.code, name, png=False, place_first=True)
    order = ranks_of(edition, measure)
    return {
        "antetitulo": fragments.kicker(edition),
        "titular": f"# {title(edition, place, estimate).markdown}",
        "entrada": f"::: {{.deck}}\n{deck(edition, estimate).markdown}\n:::",
        "cifras": figures(edition, place),
        "serie-titulo": f"## {sentences.in_a_year(edition, measure, estimate).markdown}",
        "serie": f"{chart.markdown()}\n\n{tables.folded(tables.series(edition, measure, place.code))}",
        "lugar-titulo": f"## {rank_heading(edition, estimate).markdown}",
        "rangos": _ranks(edition, place, shop)
        if order
        else f"No se calculó el orden de {edition.settings.the_places}.",
        "pie": fragments.foot(edition, engine),
    }


def variables(edition: Edition, place: Place) -> dict[str, str]:
    """The brief's variables with the place's."""
    own = {"titulo-pagina": f"{place.name} · {edition.short_title}", "lugar": place.name}
    return {**fragments.variables(edition), **own}


def title(edition: Edition, place: Place, estimate: Estimate | None) -> Text:
    """The place's share as the news."""
    measure = edition.settings.headline
    if estimate is None:
        return text(f"{place.name}: la cifra principal {sentences.WITHHELD}")
    said = sentences.claim(edition, measure, estimate)
    return text(f"En {place.name}, ", said.lowered() if estimate.statistic == "proportion" else said)


def deck(edition: Edition, estimate: Estimate | None) -> Text:
    """Against the whole, and against itself a wave before."""
    measure = edition.settings.headline
    whole = edition.whole(measure)
    if estimate is None:
        return text("Puede haber otras cifras de este municipio más abajo.")
    parts: list[str | Number | Text] = ["El margen es de ", sentences.margin(estimate)]
    if whole is not None:
        compared = comparisons.against_whole(estimate, whole, edition.settings.whole)
        parts += [f"; la cifra {compared} (", sentences.value(whole), ")"]
    said = sentences.verdict(edition, edition.change(estimate), sentences.is_first(edition, measure))
    return text(*parts, ". ", said.capitalised(), ".")


def rank_heading(edition: Edition, estimate: Estimate | None) -> Text:
    """The rank as a heading: a place, or the range that the data allow."""
    rank = edition.rank(estimate)
    if rank is None or estimate is None:
        return text(f"Su lugar entre {edition.settings.the_places}")
    if rank.low == rank.high:
        return text("Lugar ", Number(f"{rank.rank}.º", estimate.key, "rank"), f" de {len(edition.places)}")
    low, high = Number(f"{rank.low}.º", estimate.key, "rank_low"), Number(f"{rank.high}.º", estimate.key, "rank_high")
    return text("Entre el lugar ", low, " y el ", high, f" de {len(edition.places)}")


def figures(edition: Edition, place: Place) -> str:
    """Every key measure: here, in the whole, against a wave and a year before."""
    measures = edition.settings.key or edition.settings.findings
    heads = ["Indicador", f"{place.short}, %", "Intervalo", "Entrevistas", f"{edition.area_name}, %",
             "Cambio, pp", "Veredicto", "En un año, pp", "Veredicto en un año"]  # fmt: skip
    rows = [_row(edition, place, measure) for measure in measures]
    return tables.pipe(heads, rows, f"Indicadores de {place.name}{tables.simulated(edition)}")


def _row(edition: Edition, place: Place, measure: Measure) -> list[str | Number | Text]:
    estimate, whole = edition.in_place(measure, place.code), edition.whole(measure)
    row: list[str | Number | Text] = [edition.label(measure).name]
    if estimate is None:
        row += ["no se publica", tables.EMPTY, tables.EMPTY]
    else:
        row += [tables.bare(estimate), tables.interval(estimate), tables.base(estimate)]
    row.append(tables.bare(whole) if whole else "no se publica")
    for comparison in ("previous", "year_ago"):
        change = edition.change(estimate, comparison)
        row += [tables.difference(edition, change, edition.direction(measure)), tables.verdict_word(change)]
    return row


def _ranks(edition: Edition, place: Place, shop: Workshop) -> str:
    measure = edition.settings.headline
    order = ranks_of(edition, measure)
    rows = [
        ranks.RankRow(short, rank, code == place.code, estimate.key)
        for code, short, rank in order
        if (estimate := edition.in_place(measure, code))
    ]
    heading = rank_heading(edition, edition.in_place(measure, place.code))
    words = alt.ranks(edition, heading, [(short, rank.rank, rank.low, rank.high) for _, short, rank in order])

    def draw(narrow: bool) -> Picture:
        return ranks.draw(rows, edition.theme, words, narrow, png=False)

    return pictures.write(shop.figures, f"rango-{slug(place.short)}", words, draw, png=False).markdown()
