"""Ways to break a population table or what params.yaml says of it. Each takes a folder that weighs well."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pandas as pd

from tests.weighting.test_command import PEOPLE, Folder

Break = Callable[[Folder], object]
COVERAGE = PEOPLE.with_name("coverage.csv")
# The rows that the wave is weighed with, in the table's own order; the first of them is this line of the file.
USED = ("conapo", "2012-07-01")


def cells(change: Callable[[pd.DataFrame], pd.DataFrame], file: Any = PEOPLE) -> Break:
    """The table with its cells, all text, changed."""

    def apply(folder: Folder) -> None:
        path = folder.path / file
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        change(table).to_csv(path, index=False)

    return apply


def cell(column: str, value: str, row: int = 0, file: Any = PEOPLE) -> Break:
    """One cell of a row (from 0) of the table replaced; the file's line is two more."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[row, column] = value
        return table

    return cells(change, file)


def used(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Break:
    """Only the rows that the wave is weighed with, and these changed."""
    return cells(lambda table: change(only(table)))


def only(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the source and date that are used."""
    return table[(table["source"] == USED[0]) & (table["reference_date"] == USED[1])].reset_index(drop=True)


def times(factor: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Every total times a factor."""
    return lambda table: table.assign(population=(pd.to_numeric(table["population"]) * factor).map(repr))


def percent(table: pd.DataFrame) -> pd.DataFrame:
    """Totals as percent of each municipality's."""
    number = pd.to_numeric(table["population"])
    whole = number.groupby([table["cve_geo"], table["source"], table["reference_date"]]).transform("sum")
    return table.assign(population=(100 * number / whole).map("{:.4f}".format))


def written(change: Callable[[str], str | bytes], file: Any = PEOPLE) -> Break:
    """The table's text changed."""

    def apply(folder: Folder) -> None:
        path = folder.path / file
        made = change(path.read_text(encoding="utf-8"))
        path.write_bytes(made.encode() if isinstance(made, str) else made)

    return apply


def delimited(mark: str, encoding: str = "utf-8") -> Callable[[str], bytes]:
    """The same table with another mark between values, in another encoding."""

    def change(text: str) -> bytes:
        stream = io.StringIO()
        csv.writer(stream, delimiter=mark).writerows(csv.reader(io.StringIO(text)))
        return stream.getvalue().encode(encoding)

    return change


def workbook(change: Callable[[pd.DataFrame], pd.DataFrame] = lambda table: table) -> Break:
    """The table as a workbook with dates and numbers in its cells, and params.yaml naming it."""

    def apply(folder: Folder) -> None:
        table = pd.read_csv(folder.path / PEOPLE, dtype={"cve_geo": str}, parse_dates=["reference_date"])
        path = PEOPLE.with_suffix(".xlsx")
        change(table).to_excel(folder.path / path, index=False)
        folder.weighting["control_totals"]["file"] = str(path)

    return apply


def setting(**changes: Any) -> Break:
    """Keys of ``weighting`` replaced; None takes one away."""

    def apply(folder: Folder) -> None:
        for key, value in changes.items():
            folder.weighting[key] = value

    return apply


def totals(**changes: Any) -> Break:
    """Keys of ``weighting.control_totals`` replaced."""
    return lambda folder: folder.weighting["control_totals"].update(changes)


def margins(*items: list[str], **more: Any) -> Break:
    """Other margins."""
    made = {"margins": [{"items": list(names)} for names in items], "min_respondents": 10, **more}
    return setting(calibration=made)


def both(*breaks: Break) -> Break:
    """Several, one after the other."""

    def apply(folder: Folder) -> None:
        for each in breaks:
            each(folder)

    return apply


def answers(item: str, code: int, rows: int) -> Break:
    """The first answers of an item replaced by a code."""

    def apply(folder: Folder) -> None:
        folder.rows.loc[folder.rows.index[:rows], item] = code

    return apply


def without_code(column: str, code: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """No row of a code."""
    return lambda table: table[table[column] != code]


def spanish(table: pd.DataFrame) -> pd.DataFrame:
    """Dates with the day first."""
    parts = table["reference_date"].str.split("-")
    return table.assign(reference_date=parts.str[2] + "/" + parts.str[1] + "/" + parts.str[0])


def frame_of(table: pd.DataFrame) -> Break:
    """A telephone frame's counts and a base weight that needs them."""

    def apply(folder: Folder) -> None:
        table.to_csv(folder.path / "raw/population/frame.csv", index=False)
        base = {**folder.weighting["base"], "kind": "telephone_frame", "frame": "raw/population/frame.csv"}
        folder.weighting["base"] = base

    return apply


def frame() -> pd.DataFrame:
    """Numbers of each municipality's frame, and how many were released."""
    places = ["19006", "19018", "19019", "19021", "19026", "19031", "19039", "19046", "19048"]
    return pd.DataFrame({"area": places, "frame_numbers": "90000", "released_numbers": "400"}, dtype=str)


# Name → what is done, what the sentence says, what mends it (None: put the sound table back).
CASES: dict[str, tuple[Break, str, Break | None]] = {
    # The file
    "no file": (lambda f: (f.path / PEOPLE).unlink(), r"control_totals\.csv: the file is missing; params\.yaml", None),
    "an empty file": (written(lambda _: ""), r"empty \(0 bytes\); save it again as CSV", None),
    "names and no rows": (written(lambda text: text.splitlines()[0]), r"column names but no rows|no delimiter", None),
    "a row cut short": (
        written(lambda text: text + "19006,2012"),
        r"\d+: 2 values for 9 columns; the row is cut or shifted: correct it", None,
    ),
    "a picture": (written(lambda _: b"\x89PNG\r\n" + bytes(300)), r"; save it again as CSV in UTF-8", None),
    "a title above the names": (
        written(lambda text: "Población del AMM\n" + text), r"the column names stand in row 2; delete what is above",
        written(lambda text: text.partition("\n")[2]),
    ),
    "a column renamed": (
        written(lambda text: text.replace(",population,", ",poblacion,", 1)),
        r"no column 'population'; correct weighting\.control_totals .* \(did you mean 'poblacion'\?\)",
        totals(total="poblacion"),
    ),
    "a column in capitals": (
        written(lambda text: text.replace("cve_geo", "CVE_GEO", 1)),
        r"no column 'cve_geo'; .*did you mean 'CVE_GEO'", totals(area="CVE_GEO"),
    ),
    "a column twice": (
        written(lambda text: text.replace(",note", ",sex", 1)), r"two columns are called 'sex'; rename one",
        written(lambda text: text.replace("definition,sex", "definition,note", 1)),
    ),
    # Totals
    "thousands with commas": (
        cell("population", "70,333"), r"row 2, column 'population': the mark in '70,333' may divide thousands .*70333",
        cell("population", "70333"),
    ),
    "millions": (cell("population", "1.234.567"), r"row 2, .*'1\.234\.567' may divide .*\(1234567\)", None),
    "thousands with points in every row": (
        used(lambda t: t.assign(population=[f"{20 + k}.{k:03d}" for k in range(len(t))])),
        r"row 2, column 'population': the mark in '20\.000' may divide thousands or decimals; .*\(20000\)", None,
    ),
    "thousands and decimals": (
        cell("population", "70,333.0"), r"may divide thousands or decimals; .*\(70333\),", cell("population", "70333"),
    ),
    "thousands with blanks that do not break": (
        cell("population", "70\u202f333"), r"the mark in '70.u202f333' may divide .*\(70333\)",
        cell("population", "70333"),
    ),
    "a column that numbers the rows": (
        cells(lambda t: t.assign(id=[str(row) for row in range(len(t))])),
        r"has no row of .* or take out the column 'id', by which nobody is counted",
        cells(lambda t: t.drop(columns="id")),
    ),
    "a date in Spanish": (
        written(lambda text: text.replace("reference_date", "fecha", 1)),
        r"no column 'reference_date'; correct the table's first row\.",
        written(lambda text: text.replace("fecha", "reference_date", 1)),
    ),
    "no processes": (
        setting(replicates={"n": 32, "jobs": 0}), r"replicates\.jobs must be at least 1",
        setting(replicates={"n": 32, "jobs": 1, "max_failed_share": 0.5}),
    ),
    "municipalities to collapse": (
        setting(collapse=[{"item": "municipio", "merge": [19006, 19018]}]),
        r"merges 19006, 19018 of municipio, .*; name an item of a margin that has codes",
        setting(collapse=[{"item": "grupo_edad", "merge": [3, 4]}]),
    ),
    "thousands with blanks": (cell("population", "70 333"), r"may divide thousands", cell("population", "70333")),
    "a decimal comma": (cell("population", "70333,5"), r"decimal comma; write a point \(70333\.5\)",
                        cell("population", "70333.5")),
    "a negative total": (cell("population", "-4"), r"row 2, column 'population': '-4' is negative", None),
    "a blank total": (cell("population", "", 3), r"row 5, column 'population' is blank", None),
    "a total of nan": (cell("population", "nan", 3), r"row 5, .*'nan' is not a number; write digits", None),
    "a total of NA": (cell("population", "NA", 1), r"row 3, .*'NA' is not a number", None),
    "infinitely many": (cell("population", "inf"), r"'inf' is not a number", None),
    "scientific": (cell("population", "7.03E+04"), r"'7\.03E\+04' is not a number", cell("population", "70300")),
    "an underscore": (cell("population", "70_333"), r"'70_333' is not a number", None),
    "TRUE for a total": (cell("population", "TRUE"), r"'TRUE' is not a number", None),
    "a spreadsheet's error": (cell("population", "#REF!"), r"'#REF!' is not a number", None),
    "a municipality of nobody": (
        cells(lambda t: t.assign(population=t["population"].mask(t["cve_geo"] == "19018", "0"))),
        r"19018\)\): .*has a total of 0", None,
    ),
    # Dates
    "a date in words": (cell("reference_date", "1 de julio"), r"row 2, column 'reference_date': .* is not a date",
                        None),
    "a year alone": (cell("reference_date", "2012"), r"'2012' is not a date with the day first; write it as", None),
    "the month first": (cell("reference_date", "07/15/2012"), r"'07/15/2012' is not a date with the day first", None),
    "a day that is none": (cell("reference_date", "2012-02-31"), r"'2012-02-31' is not a date", None),
    "no date": (cell("reference_date", ""), r"column 'reference_date' is blank", None),
    "a spreadsheet's day number": (cell("reference_date", "41091"), r"'41091' is not a date", None),
    # Cells
    "a cell twice": (
        cells(lambda t: pd.concat([t, t.iloc[[5]]])), r"row \d+ repeats a cell of row 7; keep one", cells(
            lambda t: t.drop_duplicates()),
    ),
    "the table twice": (
        cells(lambda t: pd.concat([t, t])), r"row \d+ repeats a cell of row 2, and \d+ more do", cells(
            lambda t: t.drop_duplicates()),
    ),
    "the table twice, codes written otherwise": (
        cells(lambda t: pd.concat([t, t.assign(sex=t["sex"].map(lambda code: f"0{code}" if code else ""))])),
        r"repeats a cell of row 2", None,
    ),
    "the table twice, dates written otherwise": (
        cells(lambda t: pd.concat([t, spanish(t)])), r"repeats a cell of row 2", None,
    ),
    "a row lost": (
        used(lambda t: t.drop(index=4)),
        r"has no row of conapo, 2012-07-01 for sex 2, age_group 1, which other areas have; add it", None,
    ),
    "a row lost that a margin sums": (
        both(used(lambda t: t.drop(index=4)), margins(["sexo"])), r"no row of conapo, 2012-07-01 for sex 2", None,
    ),
    "a row whose code was lost": (
        both(used(lambda t: t.assign(age_group=t["age_group"].mask(t.index == 4, "")))),
        r"no row of conapo, 2012-07-01 for sex 2, age_group 1", None,
    ),
    "a row of another date": (
        used(lambda t: t.assign(reference_date=t["reference_date"].mask(t.index == 4, "2012-07-10"))),
        r"19006.*no row of conapo, 2012-07-01 for sex 2, age_group 1", None,
    ),
    "a code in words": (
        used(lambda t: t.assign(sex=t["sex"].replace({"1": "Hombres", "2": "Mujeres"}))),
        r"row 2, column 'sex': 'Hombres' is no code; write a code of sexo \(1 hombre, 2 mujer\)", None,
    ),
    "a sum among the rows": (
        used(lambda t: pd.concat([t, t[t["sex"] == "1"].assign(sex="3")])),
        r"column 'sex': '3' is a code that sexo does not have", cells(without_code("sex", "3")),
    ),
    "a code without total": (
        both(used(without_code("age_group", "4")), margins(["sexo"], ["grupo_edad"])),
        r"column 'age_group', has no totals for the code 4 \(\d+ respondents\) of grupo_edad; add their rows", None,
    ),
    "a code without total where answers are imputed": (
        both(used(without_code("age_group", "4")), margins(["sexo"], ["grupo_edad"], missing="impute")),
        r"has no totals for the code 4 ", None,
    ),
    "a municipality without totals": (
        used(lambda t: t[t["cve_geo"] != "19048"]), r"Santa Catarina \(19048\).*has no total", None,
    ),
    # What the totals count
    "percent": (cells(percent), r"interviews stand for 100 persons, 0\.83 each: the totals are no numbers", None),
    "thousands": (cells(times(0.001)), r"interviews stand for \d+ persons.*percent, in thousands", None),
    "twice as many as another source": (
        cells(lambda t: times(2)(t).where(t["source"] == "conapo", t)),
        r"one of them counts something else \(are they in percent, in thousands, or twice\?\)", None,
    ),
    "twice as many as are known": (
        both(cells(times(2)), setting(population={"persons": 2_820_000})),
        r"the weights add up to 5,635,579 persons and weighting\.population\.persons says 2,820,000: 2 times", None,
    ),
    "not calibrated": (
        setting(calibration=None, trim=None, collapse=None, replicates=None),
        r"add up to [\d,]+ persons and raw/population/control_totals\.csv has 2,817,790: 2\.9\d times as many",
        setting(scale="relative"),
    ),
    "persons and relative": (
        setting(population={"persons": 2_820_000}, scale="relative"), r"population\.persons .*; keep one",
        setting(scale="persons"),
    ),
    "no number of persons": (setting(population={"persons": 2.8}), r"population\.persons must be 100 or more",
                             setting(population={"persons": 2_820_000})),
    # What params.yaml names
    "a margin's typo": (
        margins(["sexo"], ["grupo_edda"]),
        r"calibration\.margins names 'grupo_edda', which is not in the questionnaire .*did you mean 'grupo_edad'",
        margins(["sexo"], ["grupo_edad"]),
    ),
    "an unknown source": (
        totals(source="conapos"), r"names 'conapos', which is not in .*it has census_2020, conapo, .*mean 'conapo'",
        totals(source="conapo"),
    ),
    "an unknown column of the table": (
        totals(columns={"sexo": "sexo", "grupo_edad": "age_group"}), r"control_totals\.columns names 'sexo', which",
        totals(columns={"sexo": "sex", "grupo_edad": "age_group"}),
    ),
    "an unknown item to collapse": (
        setting(collapse=[{"item": "grupo_edat", "merge": [3, 4]}]),
        r"weighting\.collapse names 'grupo_edat'.*did you mean 'grupo_edad'",
        setting(collapse=[{"item": "grupo_edad", "merge": [3, 4]}]),
    ),
    "an unknown code to collapse": (
        setting(collapse=[{"item": "grupo_edad", "merge": [4, 5]}]),
        r"collapse merges 5 of grupo_edad, which the questionnaire of 2012T2 does not have; merge .*4 65 años",
        setting(collapse=[{"item": "grupo_edad", "merge": [3, 4]}]),
    ),
    "a code to collapse with itself": (
        setting(collapse=[{"item": "grupo_edad", "merge": [4, 4]}]), r"two different codes or more, each once",
        setting(collapse=[{"item": "grupo_edad", "merge": [3, 4]}]),
    ),
    "an item twice in a margin": (margins(["sexo", "sexo"]), r"names sexo twice in one margin", margins(["sexo"])),
    "a margin twice": (
        margins(["sexo", "grupo_edad"], ["grupo_edad", "sexo"]), r"lists grupo_edad × sexo twice; keep one",
        both(margins(["sexo", "grupo_edad"]), setting(collapse=[{"item": "grupo_edad", "merge": [1, 2], "below": 30},
                                                                {"item": "grupo_edad", "merge": [3, 4], "below": 30}])),
    ),
    "a collapse twice": (
        setting(collapse=[{"item": "grupo_edad", "merge": [3, 4]}, {"item": "grupo_edad", "merge": [4, 3]}]),
        r"collapse merges codes of grupo_edad twice alike", setting(collapse=[]),
    ),
    "an indicator twice": (setting(indicators=["victima", "victima"]), r"indicators names victima twice",
                           setting(indicators=["victima"])),
    "few replicates": (
        setting(replicates={"n": 20}), r"replicates\.n must be between 30 and 5000", setting(replicates={"n": 30}),
    ),
    "all at once": (
        both(margins(["sexo"], ["grupo_edda"]), totals(source="conapos"),
             setting(collapse=[{"item": "grupo_edat", "merge": [3, 4]}, {"item": "sexo", "merge": [2, 3]}])),
        r"4 things to correct:(\n  - .*){4}",
        both(margins(["sexo"], ["grupo_edad"]), totals(source="conapo"), setting(collapse=[])),
    ),
    # Who the frame reaches
    "coverage in words": (
        cell("landline", "muchas", file=COVERAGE), r"coverage\.csv, row 2, column 'landline': 'muchas' is not", None),
    "more telephones than dwellings": (
        cell("landline", "900000", file=COVERAGE), r"coverage\.csv, row 2: 900,000 dwellings with landline of", None),
    "no dwellings": (
        cell("dwellings", "0", file=COVERAGE), r"coverage\.csv, row 2: 0 dwellings with dwellings of 0", None),
    "coverage twice": (cells(lambda t: pd.concat([t, t.iloc[[0]]]), COVERAGE), r"row \d+ repeats a cell of row 2",
                       None),
    "coverage without a municipality": (
        cells(lambda t: t[t["cve_geo"] != "19048"], COVERAGE), r"coverage\.csv has no row for it", None),
    "no such frame": (
        lambda f: f.weighting["coverage"].update(frames=["landlines"]),
        r"no column 'landlines'; correct weighting\.coverage .*did you mean 'landline'",
        lambda f: f.weighting["coverage"].update(frames=["landline"]),
    ),
    # A telephone frame
    "a frame with thousands": (
        frame_of(frame().assign(frame_numbers="90,000")), r"row 2, column 'frame_numbers': the mark in '90,000'",
        frame_of(frame()),
    ),
    "a frame with a municipality twice": (
        frame_of(pd.concat([frame(), frame().iloc[[0]]])), r"frame\.csv, row 11 repeats a cell of row 2",
        frame_of(frame()),
    ),
    "a frame without numbers": (
        frame_of(frame().drop(columns="frame_numbers")), r"no column 'frame_numbers'; .*frame", frame_of(frame())),
}  # fmt: skip

# Ways of writing a sound table: read, and the weights come out the same.
SOUND: dict[str, Break] = {
    "semicolons": written(delimited(";")),
    "tabs": written(delimited("\t")),
    "bars in cp1252": written(delimited("|", "cp1252")),
    "semicolons in cp1252": written(delimited(";", "cp1252")),
    "a mark of UTF-8": written(lambda text: text.encode("utf-8-sig")),
    "UTF-16": written(lambda text: text.encode("utf-16")),
    "line ends of Windows": written(lambda text: text.replace("\n", "\r\n")),
    "line ends of an old Mac": written(lambda text: text.replace("\n", "\r")),
    "everything quoted": written(
        lambda text: "\n".join(",".join(f'"{v}"' for v in row) for row in csv.reader(io.StringIO(text)))
    ),
    "rows of blanks at the end": written(lambda text: text + ",,,,,,,,\n,,,,,,,,\n"),
    "a column without a name": written(lambda text: "\n".join(line + "," for line in text.splitlines())),
    "dates with the day first": cells(spanish),
    "codes with zeros before them": cells(lambda t: t.assign(sex=t["sex"].map(lambda c: f"0{c}" if c else ""))),
    "codes with decimals": cells(lambda t: t.assign(sex=t["sex"].map(lambda c: f"{c}.0" if c else ""))),
    "blanks round values": cells(lambda t: t.assign(population=" " + t["population"] + "  ")),
    "municipalities by name beside their codes": cells(lambda t: t.assign(name=t["cve_geo"].map(lambda c: f"n{c}"))),
    "municipalities that are not of the study": cells(
        lambda t: pd.concat([t, t[t["cve_geo"] == "19006"].assign(cve_geo="19099")])
    ),
    "a workbook": workbook(),
}
