"""More ways to break totals or what is named for weights: each with what is said, and what it says applied."""

import pandas as pd

from tests.bad_inputs.totals import COVERAGE, Break, both, cells, setting, times
from tests.weighting.test_command import Folder

NAMES = {
    "19006": "Apodaca", "19018": "García", "19019": "San Pedro Garza García", "19021": "General Escobedo",
    "19026": "Guadalupe", "19031": "Juárez", "19039": "Monterrey", "19046": "San Nicolás de los Garza",
    "19048": "Santa Catarina",
}  # fmt: skip
APODACA = "19006"


def _of(table: pd.DataFrame, factor: float, rows: pd.Series) -> pd.DataFrame:
    return times(factor)(table).where(rows, table)


def alone(change: Break) -> Break:
    """Only one source in the table, and a change: nothing but the dwellings says what is wrong."""
    return both(cells(lambda t: t[t["source"] == "conapo"].reset_index(drop=True)), change)


def one_area(factor: float) -> Break:
    """One municipality's totals times a factor, at every date."""
    return cells(lambda t: _of(t, factor, t["cve_geo"] == APODACA))


def one_cell(factor: float) -> Break:
    """One cell of one municipality times a factor."""
    return cells(lambda t: _of(t, factor, (t["cve_geo"] == APODACA) & (t["sex"] == "1") & (t["age_group"] == "2")))


def recoded(column: str, codes: dict[str, str]) -> Break:
    """Another code for each of a column."""
    return cells(lambda t: t.assign(**{column: t[column].replace(codes)}))


def turned(codes: dict[str, str]) -> dict[str, str]:
    """The way back."""
    return {new: old for old, new in codes.items()}


def _at(table: pd.DataFrame) -> pd.Series:
    return table["reference_date"] == "2012-07-01"


def _at_one_date(table: pd.DataFrame) -> pd.Series:
    return (table["cve_geo"] == APODACA) & _at(table)


PAIR = {APODACA: "19046", "19046": APODACA}
YOUNG_OLD = [{"item": "grupo_edad", "merge": [3, 4], "below": 20}]
SEXES, AGES = {"1": "2", "2": "1"}, {"1": "4", "2": "3", "3": "2", "4": "1"}
ROUND = dict(zip(NAMES, [*list(NAMES)[1:], APODACA], strict=True))
THIN = [{"item": "grupo_edad", "merge": codes, "below": 30} for codes in ([1, 2], [3, 4])]
BASE = {"kind": "telephone_completes", "adults": "adultos_hogar", "lines": "lineas", "missing": "median"}


def calls(**names: str) -> Break:
    """A file of call attempts, and other names of its columns."""

    def apply(folder: Folder) -> None:
        folder.calls()
        folder.weighting["attempts"] |= names

    return apply


def with_column(name: str, values: range) -> Break:
    """A column of the responses with values that go round."""

    def apply(folder: Folder) -> None:
        folder.rows[name] = [values[row % len(values)] for row in range(len(folder.rows))]

    return apply


# Name → what is done, what the sentence says, what it says applied.
REFUSED: dict[str, tuple[Break, str, Break]] = {
    "one municipality ten times": (
        alone(one_area(10)), r"Apodaca \(19006\).*for each of its dwellings in .*coverage\.csv.*correct its totals",
        one_area(0.1),
    ),
    "one municipality a tenth": (alone(one_area(0.1)), r"Apodaca \(19006\).*correct its totals, or", one_area(10)),
    "its dwellings ten times": (
        alone(cells(lambda t: t.assign(dwellings=t["dwellings"].mask(t["cve_geo"] == APODACA, "1816370")), COVERAGE)),
        r"Apodaca \(19006\).*or its dwellings in raw/population/coverage\.csv",
        cells(lambda t: t.assign(dwellings=t["dwellings"].mask(t["cve_geo"] == APODACA, "181637")), COVERAGE),
    ),
    "a tenth of all": (alone(cells(times(0.1))), r"for [\d,]+ dwellings, 0\.214 in each", cells(times(10))),
    "thousands of persons that are known": (
        both(cells(times(0.001)), setting(population={"persons": 2_817_790})),
        r"interviews stand for .*; write the totals as numbers of persons", cells(times(1000)),
    ),
    "thousands, and so declared": (
        both(cells(times(0.001)), setting(population={"persons": 2818})),
        r"interviews stand for .*; write the totals as numbers of persons",
        both(cells(times(1000)), setting(population={"persons": 2_817_790})),
    ),
    "a tenth of the persons that are known": (
        both(cells(times(0.1)), setting(population={"persons": 2_817_790})),
        r"add up to 281,779 persons .* 2,817,790: 0\.1 times.*; write the totals of raw/population/control_totals\.csv",
        cells(times(10)),
    ),
    "another number of adults of a dwelling than declared": (
        both(alone(cells(times(2))), setting(population={"per_dwelling": [1.5, 3.5]})),
        r"4\.28 in each: weighting\.population\.per_dwelling says 1\.5 to 3\.5; correct the totals, or weighting",
        setting(population={"per_dwelling": [1.5, 4.5]}),
    ),
    "municipalities by name": (
        recoded("cve_geo", NAMES), r"19006\)\): .*row 2, column 'cve_geo': 'Apodaca' is no code.*write 19006",
        recoded("cve_geo", turned(NAMES)),
    ),
    "municipalities by name in capitals": (
        recoded("cve_geo", {code: name.upper() for code, name in NAMES.items()}), r"'APODACA' is no code",
        recoded("cve_geo", {name.upper(): code for code, name in NAMES.items()}),
    ),
    "municipalities without the state": (
        recoded("cve_geo", {code: code[2:] for code in NAMES}),
        r"'006' is a code without the state's digits; write 19006",
        recoded("cve_geo", {code[2:]: code for code in NAMES}),
    ),
    "a municipality's code with a slip": (
        recoded("cve_geo", {APODACA: "19066"}), r"'19066' is the code of no municipality of the study; write 19006",
        recoded("cve_geo", {"19066": APODACA}),
    ),
    "a year long ago": (
        cells(lambda t: t.assign(reference_date=t["reference_date"].str.replace("2012-07", "0012-07"))),
        r"'0012-07-01' is of the year 12; correct the year",
        cells(lambda t: t.assign(reference_date=t["reference_date"].str.replace("0012-07", "2012-07"))),
    ),
    "ages in the wrong order": (
        both(recoded("age_group", AGES), setting(trim={"k": 5}, collapse=THIN,
             calibration={"margins": [{"items": ["sexo", "grupo_edad"]}], "min_respondents": 10})),
        r"look at the table of totals first \(.*and where it is right", recoded("age_group", turned(AGES)),
    ),
    "a margin of nothing": (
        setting(calibration={"margins": [{"items": []}]}), r"a margin of calibration\.margins has no items; name",
        setting(calibration={"margins": [{"items": ["sexo"]}]}),
    ),
    "a cap of no adults": (setting(base={**BASE, "adults_cap": 0}), r"base\.adults_cap must be at least 1",
                           setting(base={**BASE, "adults_cap": 4})),
    "a cap of no lines": (setting(base={**BASE, "lines_cap": 0}), r"base\.lines_cap must be at least 1",
                          setting(base={**BASE, "lines_cap": 3})),
    "no frames": (lambda f: f.weighting["coverage"].update(frames=[]), r"coverage\.frames is empty; name a column",
                  lambda f: f.weighting["coverage"].update(frames=["landline"])),
    "stages without columns": (
        setting(base={"kind": "area", "probabilities": []}, blur=None), r"base\.probabilities is empty; name",
        setting(base=BASE),
    ),
    "adults that are ages": (
        both(with_column("edad", range(18, 90)), setting(base={**BASE, "adults": "edad"})),
        r"weighting\.base\.adults names edad, of whose answers [\d,]+ are no number up to 20; name", setting(base=BASE),
    ),
    "lines that are answers": (
        setting(base={**BASE, "lines": "seg_municipio"}), r"base\.lines names seg_municipio, whose codes are answers",
        setting(base=BASE),
    ),
    "strata that are ages": (
        both(with_column("edad", range(18, 90)), setting(strata="edad")),
        r"weighting\.strata names edad, which has 72 values for [\d,]+ interviews, and no stratum",
        setting(strata="municipio"),
    ),
    "strata as many as people": (
        setting(strata="folio"), r"weighting\.strata names folio", setting(strata="municipio"),
    ),
    "within what is no municipality": (
        setting(within="sexo"), r"weighting\.within names sexo, of whose answers none is a municipality's code",
        setting(within="municipio"),
    ),
    "calls and their numbers exchanged": (
        calls(number="attempt", attempt="number"), r"called so often; exchange weighting\.attempts\.number",
        calls(),
    ),
    "one column for two things": (
        calls(number="attempt"), r"attempts names one column for two things; name three", calls(),
    ),
    "a producer's weights that add up to the interviews": (
        both(with_column("peso", range(1, 2)), setting(
            base={"kind": "given", "weight": "peso"}, blur=None, calibration=None, collapse=None, control_totals=None)),
        r"interviews stand for 1,080 persons: these weights give shares and no numbers of persons; declare",
        setting(scale="relative"),
    ),
    "an indicator's typo": (
        setting(indicators=["seg_muni"]), r"weighting\.indicators names 'seg_muni'.*did you mean 'seg_municipio'",
        setting(indicators=["seg_municipio"]),
    ),
}  # fmt: skip

# Name → what is done, the warning, what it says applied: then it is not there.
DOUBTED: dict[str, tuple[Break, str, Break]] = {
    "all twice": (
        alone(cells(times(2))), r"5,635,579 persons for [\d,]+ dwellings, 4\.28 in each.*per_dwelling between",
        setting(population={"per_dwelling": [1.5, 5]}),
    ),
    "all twice, mended": (alone(cells(times(2))), r"are they twice, or half\?\); correct them", cells(times(0.5))),
    "half of all": (alone(cells(times(0.5))), r"1\.07 in each", cells(times(2))),
    "one municipality twice": (
        alone(one_area(2)), r"Municipality Apodaca \(19006\): .* for each of its dwellings", one_area(0.5),
    ),
    "one municipality twice, at one date": (
        alone(cells(lambda t: _of(t, 2, (t["cve_geo"] == APODACA) & (t["reference_date"] == "2012-07-01")))),
        r"Apodaca \(19006\): .*times those of conapo \(2011-07-01\)",
        cells(lambda t: _of(t, 0.5, (t["cve_geo"] == APODACA) & (t["reference_date"] == "2012-07-01"))),
    ),
    "a quarter of one municipality lost, at one date": (
        alone(cells(lambda t: _of(t, 0.75, _at_one_date(t)))), r"Apodaca \(19006\): 269,852 persons .* are 0\.78 times",
        cells(lambda t: _of(t, 4 / 3, _at_one_date(t))),
    ),
    "one cell twice, at one date": (
        alone(cells(lambda t: _of(t, 2, _at_one_date(t) & (t["sex"] == "1") & (t["age_group"] == "1")))),
        r"Apodaca \(19006\): grupo_edad 1 \(18 a 29 años\) has 171,228 persons \(conapo, 2012-07-01\) and had",
        cells(lambda t: _of(t, 0.5, _at_one_date(t) & (t["sex"] == "1") & (t["age_group"] == "1"))),
    ),
    "two municipalities exchanged, at one date": (
        alone(cells(lambda t: t.assign(cve_geo=t["cve_geo"].replace(PAIR).where(_at(t), t["cve_geo"])))),
        r"Apodaca \(19006\): grupo_edad 2 .* correct the one that is wrong",
        cells(lambda t: t.assign(cve_geo=t["cve_geo"].replace(PAIR).where(_at(t), t["cve_geo"]))),
    ),
    "codes merged by which nobody calibrates": (
        setting(collapse=[*YOUNG_OLD, {"item": "escolaridad", "merge": [1, 2]}]),
        r"weighting\.collapse merges codes of escolaridad, by which no margin calibrates, .* or take the rule out",
        setting(collapse=YOUNG_OLD),
    ),
    "each municipality its neighbour's": (
        alone(recoded("cve_geo", ROUND)), r"General Escobedo \(19021\): .* for each of its dwellings",
        recoded("cve_geo", turned(ROUND)),
    ),
    "men and women exchanged": (
        alone(recoded("sex", SEXES)), r"Monterrey \(19039\): more men .* codes of sexo exchanged",
        recoded("sex", SEXES),
    ),
    "ages reversed": (
        alone(recoded("age_group", AGES)), r"of the oldest group of grupo_edad .*are the codes reversed\?",
        recoded("age_group", AGES),
    ),
    "one cell ten times": (
        both(alone(one_cell(10)), setting(calibration={"margins": [{"items": ["sexo", "grupo_edad"]}],
                                                       "min_respondents": 10}, collapse=[
            {"item": "grupo_edad", "merge": [1, 2, 3, 4], "below": 999}])),
        r"Apodaca \(19006\): sexo 1 \(hombre\), grupo_edad 2 \(30 a 44 años\) is \d+ % of its persons", one_cell(0.1),
    ),
}  # fmt: skip
