"""The page of one municipality: its figures, its series, its place among the others."""

from collections.abc import Sequence
from pathlib import Path

from pulsometro.reporting.charts import alt_text, pictures
from pulsometro.reporting.charts.drawing import rank_strips
from pulsometro.reporting.charts.drawing.canvas import Picture, Size
from pulsometro.reporting.edition.content import Edition, Place
from pulsometro.reporting.edition.rows import Estimate, Rank
from pulsometro.reporting.edition.topics import ranks_of, report_topics
from pulsometro.reporting.language import comparisons, conditions, not_printed, sentences
from pulsometro.reporting.language.links import row_of_links
from pulsometro.reporting.language.traced_text import Number, Text, escape, slug, span, text, upper_first
from pulsometro.reporting.pages import brief, panels
from pulsometro.reporting.tables import markdown
from pulsometro.settings.report_settings import Measure
from pulsometro.style import spanish
from pulsometro.style.vocabulary import DIRECTIONS, SIDES, Side


def page(edition: Edition, place: Place, folder: Path, engine: str) -> dict[str, str]:
    """Fragments of the place's page."""
    measure = edition.settings.headline
    estimate = edition.in_place(measure, place.code) if measure else None
    return {
        "antetitulo": brief.kicker(edition),
        "titular": f"# {title(edition, place, estimate).markdown}",
        "entrada": f"::: {{.deck}}\n{deck(edition, measure, estimate).markdown}\n:::" if measure else "",
        "fichas": "\n\n".join(facts(edition, place, measure) for measure in key_measures(edition)),
        "cifras": markdown.folded(figures(edition, place), "Ver todos sus indicadores en una tabla"),
        "cifras-base": f"::: {{.sub}}\n{escape(figures_base(edition, place))}\n:::",
        "paneles": panels.pair(
            _series(edition, place, measure, estimate, folder),
            _ranks(edition, place, measure, folder)
            if len(ranks_of(edition, measure)) > 1 and edition.rank(estimate)
            else "",
            classes=".pair .apart",
        )
        if measure
        else "",
        "series": _gallery(edition, place, folder),
        "otros": others(edition, place),
        "pie": brief.foot(edition, engine),
    }


def key_measures(edition: Edition) -> tuple[Measure, ...]:
    """What every place's page shows: the study's key measures, or its findings."""
    return edition.settings.key or edition.settings.findings


def facts(edition: Edition, place: Place, measure: Measure) -> str:
    """One measure of the place: against the whole, a wave and a year before, and its rank."""
    estimate, whole = edition.in_place(measure, place.code), edition.whole(measure)
    head = f"### {escape(edition.named(measure))}"
    if estimate is None:
        silent = upper_first(sentences.silence(edition, measure, place.code))
        return f"::::: {{.facts}}\n::: {{.head}}\n{head}\n\n{escape(silent)}.\n:::\n:::::"
    number = f"{span(sentences.value(estimate), 'big')} [{sentences.margin(estimate).markdown}]{{.margin}}"
    base = text(markdown.base(estimate), " entrevistas").markdown
    beside = against(edition, estimate, whole) if whole else text(not_printed.why(edition, measure).cell)
    boxes = [
        f"::: {{.head}}\n{head}\n\n{number}\n\n[{base}]{{.code}}\n:::",
        _fact(edition.area_name, beside) if conditions.several_places(edition) else "",
        _change(edition, measure, estimate, "previous"),
        _change(edition, measure, estimate, "year_ago"),
        _place_among(edition, measure, estimate),
    ]
    return "::::: {.facts}\n" + "\n\n".join(box for box in boxes if box) + "\n:::::"


def figures_base(edition: Edition, place: Place) -> str:
    """What the place's figures are, and what stands beside them where it does."""
    shown = [e for measure in key_measures(edition) if (e := edition.in_place(measure, place.code))]
    shares = all(measure.statistic == "proportion" for measure in key_measures(edition)) and bool(key_measures(edition))
    said = [f"Porcentaje de las {edition.settings.people} en {place.name}" if shares else f"Cifras de {place.name}"]
    said[0] += f", con su margen del {panels.level(edition)}" if shown else ""
    if any(conditions.comparable(edition, shown, comparison) for comparison in ("previous", "year_ago")):
        said.append(f"Veredictos: {comparisons.rule(edition)}")
    ranks = [rank for estimate in shown if (rank := edition.rank(estimate))]
    if ranks and conditions.several_places(edition):
        open_ = any(rank.low < rank.high for rank in ranks)
        first = "El primer lugar es el del porcentaje mayor" if shares else "El primer lugar es el de la cifra mayor"
        said.append(first + ("; entre paréntesis, los lugares que los datos no permiten descartar" if open_ else ""))
    return f"{'. '.join(said)}."


def _fact(name: str, said: Text) -> str:
    return f"::: {{.fact}}\n{escape(name)}\n\n{said.markdown}\n:::"


def against(edition: Edition, estimate: Estimate, whole: Estimate) -> Text:
    """``75.4 %: aquí es menor``: the whole's figure, and whether the place differs from the rest of it."""
    word = comparisons.against_rest(edition, estimate)
    said = {"": "", Side.NONE: ": no se distingue"}.get(word, f": aquí es {SIDES.get(word, word)}")
    return text(sentences.value(whole), said)


def _change(edition: Edition, measure: Measure, estimate: Estimate, comparison: str) -> str:
    change = edition.change(estimate, comparison)
    if change is None:
        return ""
    sign, _, tone = edition.theme.meaning(change, edition.direction(measure))
    said = sentences.verdict(edition, change, False, since=False).markdown
    if not change.comparable:
        said = DIRECTIONS[change.verdict] + (f" ({escape(change.why)})" if 0 < len(change.why) <= 40 else "")
    mark = f"{sign} " if change.comparable else ""
    name = f"Frente a {edition.period(change.reference_wave)}"
    return f"::: {{.fact}}\n{escape(name)}\n\n[{mark}{said}]{{.verdict .{tone}}}\n:::"


def _place_among(edition: Edition, measure: Measure, estimate: Estimate) -> str:
    """The place's rank, among how many, and how many of them have no figure; nothing where there is no order."""
    rank, ranked = edition.rank(estimate), len(ranks_of(edition, measure))
    if rank is None or ranked < 2:
        return ""
    feminine, gone = edition.settings.places_feminine, rank.of - ranked
    # Who has no figure may hold any place: the interval counts it, and so does the number that stands beside it.
    without = f" ({spanish.word(gone, feminine)} sin cifra)" if gone else ""
    name = f"Lugar entre {edition.settings.article} {spanish.word(rank.of, feminine)}{without}"
    return _fact(name, _rank(estimate, rank))


def _rank(estimate: Estimate, rank: Rank) -> Text:
    """``5.º (entre el 1.º y el 8.º)``."""
    here, low, high = (
        Number(f"{place}.º", estimate.key, name)
        for place, name in ((rank.rank, "rank"), (rank.low, "rank_low"), (rank.high, "rank_high"))
    )
    return text(here) if rank.low == rank.high else text(here, " (entre el ", low, " y el ", high, ")")


def others(edition: Edition, place: Place) -> str:
    """The other places' pages side by side, where there are others."""
    if not conditions.several_places(edition):
        return ""
    links = [(other.short, f"{slug(other.short)}.html") for other in edition.places if other.code != place.code]
    return f"## {escape(upper_first(others_word(edition)))} {{.web}}\n\n{row_of_links(links)}"


def others_word(edition: Edition) -> str:
    """``los otros municipios``."""
    settings = edition.settings
    if len(edition.places) == 2:
        return f"{'la otra' if settings.places_feminine else 'el otro'} {settings.place_word}"
    return f"{settings.article} {'otras' if settings.places_feminine else 'otros'} {settings.places_word}"


def variables(edition: Edition, place: Place) -> dict[str, str]:
    """What the source of a place names."""
    return {**brief.words(edition, "periodo"), "titulo-pagina": f"{place.name} · {edition.short_title}"}


def title(edition: Edition, place: Place, estimate: Estimate | None) -> Text:
    """The place's share as the news."""
    measure = edition.settings.headline
    if measure is None:
        return text(place.name)
    if estimate is None:
        return text(f"{place.name}: la cifra principal {sentences.silence(edition, measure, place.code)}")
    said = sentences.claim(edition, measure, estimate)
    return text(f"En {place.name}, ", said.lowered() if estimate.statistic == "proportion" else said)


def deck(edition: Edition, measure: Measure, estimate: Estimate | None) -> Text:
    """Against the whole, and against itself a wave before."""
    whole = edition.whole(measure)
    if estimate is None:
        return text(f"Puede haber otras cifras de {edition.settings.this_place} más abajo.")
    parts: list[str | Number | Text] = [sentences.margin_said(estimate)]
    if whole is not None and conditions.several_places(edition):
        compared = comparisons.said_against_rest(edition, estimate)
        told = f"; la cifra {compared}" if compared else ""
        parts += [f"{told} (en conjunto, ", sentences.value(whole), ")"]
    said = sentences.verdict(edition, edition.change(estimate), sentences.is_first(edition, measure))
    return text(*parts, ". ", said.capitalised(), ".")


def rank_heading(edition: Edition, estimate: Estimate | None) -> Text:
    """The rank as a heading: a place, or the range that the data allow."""
    rank = edition.rank(estimate)
    if rank is None or estimate is None:
        return text(f"Su lugar entre {edition.settings.the_places}")
    of = rank.of
    if rank.low == rank.high:
        return text("Lugar ", Number(f"{rank.rank}.º", estimate.key, "rank"), f" de {of}")
    low, high = Number(f"{rank.low}.º", estimate.key, "rank_low"), Number(f"{rank.high}.º", estimate.key, "rank_high")
    return text("Entre el lugar ", low, " y el ", high, f" de {of}")


def figures(edition: Edition, place: Place) -> str:
    """Every indicator with one main figure: here, in the whole, against a wave and a year before where one is."""
    shown = [label.measure for _, labels in report_topics(edition) for label in labels if label.kind != "distribution"]
    asked = [measure for measure in shown if edition.asked(measure)]
    here = [edition.in_place(measure, place.code) for measure in asked]
    known = [c for c in ("previous", "year_ago") if any(edition.change(estimate, c) for estimate in here)]
    # Shares alone have one unit, which the heads say; else the caption says theirs, and the other rows their own.
    shares = all(measure.statistic == "proportion" for measure in asked)
    unit = ", %" if shares else ""
    points = " (cambios, en puntos porcentuales)" if known else ""
    said = "" if shares else f", en porcentaje{points} salvo donde el renglón dice su unidad"
    heads = ["Indicador", f"{place.short}{unit}", "Intervalo", "Entrevistas"]
    heads += [f"{edition.area_name}{unit}"] if conditions.several_places(edition) else []
    for comparison in known:
        name, verdict = {"previous": ("Cambio", "Veredicto"), "year_ago": ("En un año", "Veredicto en un año")}[
            comparison
        ]
        heads += [markdown.in_unit(edition, name, asked), verdict]
    words = [index for index, head in enumerate(heads) if index == 0 or head.startswith("Veredicto")]
    rows = [_row(edition, place, measure, known) for measure in asked]
    return markdown.pipe(heads, rows, f"Indicadores de {place.name}{said}{markdown.simulated_changes(edition)}", words)


def _row(edition: Edition, place: Place, measure: Measure, known: Sequence[str]) -> list[markdown.Cell]:
    estimate, whole = edition.in_place(measure, place.code), edition.whole(measure)
    form, name = edition.form(measure), edition.named(measure)
    row: list[markdown.Cell] = [name if form.share or not form.unit else f"{name} ({form.unit})"]
    if estimate is None:
        row += [not_printed.why(edition, measure, place.code).cell, markdown.EMPTY, markdown.EMPTY]
    else:
        row += [markdown.bare(estimate), markdown.interval(estimate), markdown.base(estimate)]
    if conditions.several_places(edition):
        row.append(markdown.bare(whole) if whole else not_printed.why(edition, measure).cell)
    for comparison in known:
        change = edition.change(estimate, comparison)
        row += [markdown.difference(edition, change, edition.direction(measure)), markdown.verdict_word(change)]
    return row


def _series(edition: Edition, place: Place, measure: Measure, estimate: Estimate | None, folder: Path) -> str:
    """The headline's series with its rows; nothing is drawn of one point."""
    several = sum(edition.in_place(measure, place.code, info.key) is not None for info in edition.waves) > 1
    title = sentences.in_a_year(edition, measure, estimate)
    rows = markdown.folded(markdown.series(edition, measure, place.code))
    if not several:
        return panels.panel(title, "", rows)
    name = f"serie-{slug(place.short)}"
    chart = pictures.draw_series(edition, measure, folder, place.code, name, place_first=True)
    sub = f"{panels.what(edition, measure)}, por edición, con banda del {panels.level(edition)}."
    return panels.panel(title, sub, f"{chart.markdown()}\n\n{rows}")


def _gallery(edition: Edition, place: Place, folder: Path) -> str:
    """The series of the other key measures, beside the whole's."""
    drawn = []
    for number, measure in enumerate(key_measures(edition), 1):
        points = [edition.in_place(measure, place.code, info.key) for info in edition.waves]
        if measure == edition.settings.headline or sum(point is not None for point in points) < 2:
            continue
        chart = pictures.draw_series(
            edition, measure, folder, place.code, f"serie-{slug(place.short)}-{number}", pictures.GALLERY, True
        )
        head = f"### {escape(edition.named(measure))}"
        rows = markdown.folded(markdown.series(edition, measure, place.code))
        drawn.append(f"::::: {{.panel}}\n{head}\n\n{chart.markdown()}\n\n{rows}\n:::::")
    if not drawn:
        return ""
    lines = f"{place.name} y {edition.settings.whole}" if conditions.several_places(edition) else place.name
    measures = [measure for measure in key_measures(edition) if measure != edition.settings.headline]
    unit = ", en porcentaje" if all(measure.statistic == "proportion" for measure in measures) else ""
    head = f"## Sus otras series\n\n::: {{.sub}}\n{escape(f'{lines}{unit}, por edición.')}\n:::"
    return f"{head}\n\n:::::: {{.gallery}}\n\n" + "\n\n".join(drawn) + "\n\n::::::"


def _ranks(edition: Edition, place: Place, measure: Measure, folder: Path) -> str:
    order = ranks_of(edition, measure)
    rows = [
        rank_strips.RankRow(short, rank, code == place.code, estimate.key)
        for code, short, rank in order
        if (estimate := edition.in_place(measure, code))
    ]
    heading = rank_heading(edition, edition.in_place(measure, place.code))
    words = alt_text.ranks(edition, heading, [(short, rank.rank, rank.low, rank.high) for _, short, rank in order])
    remarks = pictures.source(edition)

    def draw(size: Size, png: bool) -> Picture:
        return rank_strips.draw(rows, edition.theme, words, size, remarks, png)

    chart = pictures.write(folder, f"rango-{slug(place.short)}", words, draw)
    share = "porcentaje que " + edition.singular(measure) if measure.statistic == "proportion" else "cifra"
    sub = f"De mayor a menor {share}. Punto: lugar estimado. Barra: lugares que los datos no permiten descartar."
    return panels.panel(heading, sub, chart.markdown())
