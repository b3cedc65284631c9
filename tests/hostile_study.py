"""The tiny study with what formats obey in every text: of its settings, questionnaire, brand, signatures and tables.

The settings' types are walked, so that a text field that is added to them is attacked, or found, without an edit here.
"""

import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pandas as pd

from pulsometro.questionnaire.indicators import Indicator
from pulsometro.questionnaire.model import Fieldwork, Item
from pulsometro.settings.nouns import Noun
from pulsometro.settings.report_settings import ReportSettings
from pulsometro.study.parameters import Identity, Place, Wave
from tests.hostile_words import BEFORE, INSIDE, TITLE, closed
from tests.small_study import dump, load
from tests.tiny_study import PLACES, WAVES, write_study

# A rule that the tiny study fails and somebody accepted.
SIGNED = "phone.repeated"
# Words that run from the right, before a number that they would draw to their other side.
RIGHT = "שלום עולם"
# Columns of the delivery and of the calls that the producer calls as it likes.
CALLS = {"number": "numero", "attempt": "intento", "disposition": "disposicion"}
HEADERS = ("folio", "pesos", "conf_b", "otro", "aviso", "fin", "pesos2")


class Hostile:
    """Texts made hostile: the same text always becomes the same, so that what refers to it still does."""

    def __init__(self) -> None:
        self.made: dict[str, str] = {}

    def text(self, words: str) -> str:
        """``words`` between what formats obey."""
        if words not in self.made:
            self.made[words] = f"{BEFORE[len(self.made) % len(BEFORE)]} {words} {INSIDE}"
        return self.made[words]

    def fill(self, kind: Any, value: Any, path: str) -> Any:
        """A value of a type with every text in it made hostile, fields that are not written too."""
        kind = _plain(kind)
        if is_dataclass(kind):
            content, hints = dict(value or {}), get_type_hints(kind, include_extras=True)
            for each in fields(kind):
                way = f"{path}.{each.name}"
                if any(not closed(text) for text in fields_of(hints[each.name], way)):
                    made = self.fill(hints[each.name], content.get(each.name), way)
                    if made not in ({}, []) or each.name in content:
                        content[each.name] = made
            return content
        if kind is str:
            return value if closed(path) and value else self.text(value or path.rpartition(".")[2])
        if get_origin(kind) in {tuple, list}:
            return [self.fill(get_args(kind)[0], each, f"{path}[]") for each in (value or [])]
        if isinstance(value, Mapping):
            return {key: self.fill(get_args(kind)[1], each, f"{path}{{}}") for key, each in value.items()}
        return value if value is not None else {}


def _plain(kind: Any) -> Any:
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in {Union, types.UnionType}:
        return _plain(next(each for each in get_args(kind) if each is not type(None)))
    return kind


def fields_of(kind: Any, path: str) -> Iterator[str]:
    """Where a type has texts: ``params.waves{}.period``; ``[]`` in a list, ``{}`` in a mapping, ``{key}`` its key."""
    origin, inside = get_origin(kind), get_args(kind)
    if kind is str or kind is Any:
        yield path
    elif is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        for each in fields(kind):
            yield from fields_of(hints[each.name], f"{path}.{each.name}")
    elif origin is Annotated:
        yield from fields_of(inside[0], path)
    elif origin in {Union, types.UnionType}:
        for each in inside:
            yield from fields_of(each, path)
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        yield from fields_of(inside[0], f"{path}{{key}}")
        yield from fields_of(inside[1], f"{path}{{}}")
    elif origin is not Literal:
        for each in inside:
            yield from fields_of(each, f"{path}[]")


def texts_of(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Each text of a value that was read, with where its type has it."""
    if isinstance(value, str):
        yield path, value
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts_of(getattr(value, each.name), f"{path}.{each.name}")
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from texts_of(key, f"{path}{{key}}")
            yield from texts_of(each, f"{path}{{}}")
    elif isinstance(value, tuple | list | frozenset | set):
        for each in value:
            yield from texts_of(each, f"{path}[]")


def hostile_study(folder: Path) -> dict[str, str]:
    """The tiny study with every text hostile; the texts by what they were."""
    write_study(folder)
    bad = Hostile()
    bad.made["title"] = bad.made["short"] = TITLE
    _params(folder, bad)
    _questionnaire(folder / "questionnaires/base.yaml", bad)
    told = load(folder / "questionnaires/indicators.yaml")
    told["indicators"] = {
        name: bad.fill(Indicator, each, "indicators.by_name{}") for name, each in told["indicators"].items()
    }
    dump(told, folder / "questionnaires/indicators.yaml")
    for wave in WAVES:
        _delivery(folder / "raw" / wave, bad, wave == WAVES[-1])
    _population(folder / "raw/population", bad)
    _brand(folder / "reports/brands/hostil", bad)
    dump({"exceptions": {"2021T2": {SIGNED: bad.text("se aceptó")}}}, folder / "questionnaires/exceptions.yaml")
    return bad.made


def _params(folder: Path, bad: Hostile) -> None:
    params = load(folder / "params.yaml")
    report = params["report"]
    params["study"] |= {"title": "title", "short_title": "short", "sponsors": ["Patrocinio"]}
    report["topics"] = [{"name": "Seguridad y más", "indicators": ["inseguro"]}]
    report["disclosure"] = {"limitations": ["Un límite"]}
    report["trust"]["level_names"] = ["Mucha", "Poca", "Nada"]
    report["confidentiality"] = {"min_base": 10, "min_count": 0}
    report["key"] = [{"indicator": "inseguro", "category": "poco o nada seguro"}]
    params["study"] = bad.fill(Identity, params["study"], "params.study")
    for wave in params["waves"].values():
        wave["attempts"] = "llamadas.csv"
    params["waves"] = {key: bad.fill(Wave, wave, "params.waves{}") for key, wave in params["waves"].items()}
    said = [{"code": place.pop("cve_geo"), **place} for place in params.pop("municipalities")]
    for place in said:
        place["aliases"] = [f"alias {place['name']}"]
    params["places"] = {
        "word": bad.fill(Noun, {"singular": "lugar", "plural": "lugares"}, "params.places.word"),
        "list": [bad.fill(Place, place, "params.places.list[]") for place in said],
    }
    params["report"] = bad.fill(ReportSettings, report, "params.report")
    params["report"]["brand"] = "hostil"
    params["report"]["disclosure"]["contact"] = f"{RIGHT}, 66 % {bad.text('correo')}"
    # The tabulados have a sheet of its name: of 31 characters, which begin with a formula here.
    params["report"]["topics"][0]["name"] = "=Temas 'y' <b> & más"
    params["check"]["roles"] = {
        "phone": "telefono",
        "verification": {"item": "supervisada", "passed": [bad.text("bien")], "failed": [bad.text("mal")]},
    }
    params["change"]["themes"] = [{"name": bad.text("Tema"), "indicators": ["inseguro", "victimas"]}]
    weighting = params["weighting"]
    weighting["attempts"] = {name: bad.text(name) for name in CALLS}
    weighting["control_totals"] |= {
        "source": bad.text("censo"), "area": bad.text("cve_geo"), "total": bad.text("population"),
        "columns": {"sexo": bad.text("sex"), "edad2": bad.text("age")},
    }  # fmt: skip
    weighting["calibration"] = {
        "method": "raking", "missing": "impute", "margins": [{"items": ["sexo"], "source": bad.text("censo")}],
    }  # fmt: skip
    weighting["coverage"] = {
        "file": "raw/population/coverage.csv", "frames": [bad.text("fijo")], "area": bad.text("cve_geo"),
        "names": {bad.text("fijo"): bad.text("teléfono fijo")}, "dwellings": bad.text("dwellings"),
    }  # fmt: skip
    params["simulate"] = {
        "seed": 1, "interviews_per_area": 9, "published": "raw/reference/published.csv",
        "population": "raw/population/totals.csv",
        "source": bad.text("censo"),
    }  # fmt: skip
    dump(params, folder / "params.yaml")


def _questionnaire(path: Path, bad: Hostile) -> None:
    asked = load(path)
    asked["items"] = {name: bad.fill(Item, item, "questionnaire.items{}") for name, item in asked["items"].items()}
    for item in asked["items"].values():
        for key in ("codes", "missing", "comparable", "derived"):
            if item.get(key) == {}:
                del item[key]
    asked["items"]["conf_a"]["comparable"] = {"breaks": {"2021T2": bad.text("cambió")}}
    asked["items"]["conf_b"]["comparable"] = {"kept": {"2021T2": bad.text("igual")}}
    for scale in asked["scales"].values():
        scale["codes"] = {code: bad.text(said) for code, said in scale["codes"].items()}
    asked["fieldwork"] = bad.fill(Fieldwork, asked["fieldwork"], "questionnaire.fieldwork")
    # A break at the first wave breaks no change: there is none before it.
    asked["fieldwork"]["breaks"] = {WAVES[0]: bad.text("empezó")}
    delivery = asked["delivery"]
    delivery["known"] = [bad.text("se sabe")]
    delivery["respondent"] = [bad.text("folio")]
    delivery["columns"] |= {name: bad.text(name) for name in ("folio", "pesos")}
    delivery["columns"]["conf_b"] = {
        "name": bad.text("conf_b"), "codes": {bad.text(f"dice {code}"): code for code in (1, 2, 3)},
    }  # fmt: skip
    delivery["columns"]["otro"] = {
        "name": bad.text("otro"), "option": bad.text("tiene"), "more": [bad.text("pesos2")],
        "labels": [bad.text("es")], "others": ["otra", bad.text("nada")],
    }  # fmt: skip
    delivery["ignore"], delivery["finished"] = [bad.text("aviso")], bad.text("fin")
    dump(asked, path)


def _delivery(folder: Path, bad: Hostile, last: bool) -> None:
    """The delivery with headers and values that formats obey; the last one's respondents and telephones too."""
    table = pd.read_csv(folder / "datos.csv", dtype=str).assign(aviso="x", fin="1")
    table["conf_b"] = [bad.text(f"dice {code}") if code in {"1", "2", "3"} else code for code in table["conf_b"]]
    table["otro"] = [bad.text("tiene") if code == "1" else "otra" for code in table["otro"]]
    table["pesos2"] = ""
    if last:
        # Several words, as in the other fields, would be refused as somebody's address.
        table["folio"] = [f"<b>&D\"'{number}" for number in range(len(table))]
        # One telephone for so many that it is told, and not for so many that the whole column is of no use.
        table["telefono"] = table["telefono"].where(table.index >= 12, "9611234567")
    table.rename(columns={name: bad.text(name) for name in HEADERS}).to_csv(folder / "datos.csv", index=False)
    tried = pd.read_csv(folder / "llamadas.csv", dtype=str)
    tried = tried.rename(columns={header: bad.text(name) for name, header in CALLS.items()})
    tried.to_csv(folder / "llamadas.csv", index=False)


def _population(folder: Path, bad: Hostile) -> None:
    totals = pd.read_csv(folder / "totals.csv", dtype={"cve_geo": str})
    for name in ("source", "definition"):
        totals[name] = [bad.text(words) for words in totals[name]]
    totals["note"] = bad.text("una nota")
    # Another source of the same adults, which the page compares with ours.
    other = totals.assign(source=bad.text("otra fuente"), population=totals["population"] * 1.2)
    names = {name: bad.text(name) for name in ("cve_geo", "sex", "age", "population")}
    pd.concat([totals, other]).rename(columns=names).to_csv(folder / "totals.csv", index=False)
    coverage = pd.read_csv(folder / "coverage.csv", dtype={"cve_geo": str})
    for name in ("source", "definition"):
        coverage[name] = [bad.text(words) for words in coverage[name]]
    names = {name: bad.text(name) for name in ("cve_geo", "dwellings", "fijo")}
    coverage.rename(columns=names).to_csv(folder / "coverage.csv", index=False)
    assert len(totals) == len(PLACES) * 4


def _brand(folder: Path, bad: Hostile) -> None:
    """A brand with a name and a logo, whose alternative text every page, sheet and slide has."""
    from PIL import Image

    folder.mkdir(parents=True)
    Image.new("RGB", (8, 4), "#15587a").save(folder / "logo.png")
    logo = {"path": "logo.png", "alt": bad.text("logotipo")}
    dump({"meta": {"name": bad.text("marca")}, "logo": logo}, folder / "_brand.yml")
