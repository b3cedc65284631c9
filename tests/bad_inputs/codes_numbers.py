"""Deliveries whose codes, numbers or words for blank are not as declared: what is said, what mends it, what is read."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from pulsometro.study import Study
from tests.ingest import deliveries as d

WAVE = "2020T1"
ROWS = 40
ITEMS = """
  medio_radio: {text: Radio, label: Radio, codes: {1: sí, 2: no}, missing: {8: no_sabe, 9: no_contesta}}
  medio_tv: {text: TV, label: TV, codes: {1: sí, 2: no}, missing: {8: no_sabe, 9: no_contesta}}
  medio_red: {text: Redes, label: Redes, codes: {1: sí, 2: no}, missing: {8: no_sabe, 9: no_contesta}}
  ingreso: {text: Ingreso, label: Ingreso, kind: number, range: [0, 200000], missing: {999999: no_contesta}}
  gasto: {text: Gasto, label: Gasto, kind: integer, range: [0, 50000], missing: {9999999: no_contesta}}
  saldo: {text: Saldo, label: Saldo, kind: number, missing: {999999: no_contesta}}
  uso_a: {text: A, label: A, codes: {1: sí, 2: no}, missing: {7: no_aplica}, ask_if: victima == 1}
  uso_b: {text: B, label: B, codes: {1: sí, 2: no}, missing: {7: no_aplica}, ask_if: victima == 1}
delivery:"""
COLUMNS = """\
    medio_radio: {name: M, option: "1"}
    medio_tv: {name: M, option: "2"}
    medio_red: {name: M, option: "3"}
    ingreso: ING
    gasto: GAS
    saldo: SAL
    uso_a: {name: A, codes: {1: 1, 0: 2}}
    uso_b: {name: B, codes: {1: 1, 0: 2}}
"""
SEPARATE = {
    "medio_radio: {name: M,": "medio_radio: {name: M1, more: [M2, M3],",
    "medio_tv: {name: M,": "medio_tv: {name: M2, more: [M1, M3],",
    "medio_red: {name: M,": "medio_red: {name: M3, more: [M1, M2],",
}
Table = Callable[[pd.DataFrame], pd.DataFrame]
Write = Callable[[pd.DataFrame, Path], None]


@dataclass(frozen=True)
class Case:
    """``table``: what is delivered; ``said``: of the refusal; ``mend``: parts of the questionnaire, old → new, as the
    refusal says; ``then``: item → its first values once mended. ``before``: of the questionnaire from the start."""

    table: Table
    said: str
    mend: Mapping[str, str] = field(default_factory=dict)
    then: Mapping[str, list[Any]] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ".csv"
    write: Write | None = None


def good() -> pd.DataFrame:
    """Sound, with every column as text."""
    frame = d.good(ROWS).assign(
        M=["1 2", "3", "1", "2 3"] * (ROWS // 4), ING=[str(10_000 + 10 * k) for k in range(ROWS)],
        GAS=[str(500 + k) for k in range(ROWS)], SAL=[f"{k - 20}.5" for k in range(ROWS)],
    )  # fmt: skip
    victim = frame["P5"] == 1
    uses = {name: pd.Series(values * (ROWS // 4)).where(victim, "") for name, values in
            (("A", ["1", "0", "1", "1"]), ("B", ["0", "1", "1", "0"]))}  # fmt: skip
    return frame.assign(**uses, P5A=frame["P5A"].astype("Int64"))


def edited(changes: Mapping[str, str]) -> str:
    """The questionnaire with parts replaced, each of which must be there."""
    text = d.QUESTIONNAIRE.replace("\ndelivery:", ITEMS) + COLUMNS
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def key(name: str, value: str) -> dict[str, str]:
    """A key of the delivery."""
    return {"  respondent: FOLIO": f"  {name}: {value}\n  respondent: FOLIO"}


def write(folder: Path, case: Case, changes: Mapping[str, str]) -> Study:
    """The study with the case's delivery, its questionnaire changed."""
    file = f"datos{case.suffix}"
    study = d.write_study(folder, file, lambda _: edited(changes))
    (case.write or WRITERS[case.suffix])(case.table(good()), study.raw(WAVE))
    return study


def _csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False)


def _xlsx(frame: pd.DataFrame, path: Path) -> None:
    frame.to_excel(path, index=False)


def _parquet(frame: pd.DataFrame, path: Path) -> None:
    listed = {name for name in frame if any(isinstance(value, list) for value in frame[name])}
    frame.astype({name: str for name in frame if name not in listed}).to_parquet(path, index=False)


WRITERS: Mapping[str, Write] = {".csv": _csv, ".xlsx": _xlsx, ".parquet": _parquet}


def semicolons(frame: pd.DataFrame, path: Path) -> None:
    """As spreadsheets here write text: semicolons between the columns."""
    frame.to_csv(path, index=False, sep=";")


def tagged(frame: pd.DataFrame, path: Path) -> None:
    """Stata's .b in a number, in the first two rows."""
    numbers = frame.assign(ING=frame["ING"].astype(float).astype(object), P5A=frame["P5A"].astype(float))
    numbers.loc[:1, "ING"] = "b"
    pyreadstat.write_dta(numbers, str(path), missing_user_values={"ING": ["b"]})


def user_missing(frame: pd.DataFrame, path: Path) -> None:
    """SPSS's user-missing 30000 in a number whose range holds it."""
    numbers = frame.assign(GAS=frame["GAS"].astype(int), P5A=frame["P5A"].astype(float))
    numbers.loc[:2, "GAS"] = 30_000
    pyreadstat.write_sav(numbers, str(path), missing_ranges={"GAS": [30_000]})


def says_none(column: str, code: int, label: str) -> Write:
    """A number that the file's own value label calls no answer, in the first three rows."""

    def write_it(frame: pd.DataFrame, path: Path) -> None:
        numbers = frame.assign(**{column: frame[column].astype(float)}, P5A=frame["P5A"].astype(float))
        numbers.loc[:2, column] = code
        pyreadstat.write_sav(numbers, str(path), variable_value_labels={column: {code: label}})

    return write_it


def put(**columns: Any) -> Table:
    """The first rows of columns replaced: a value, or one for each of the first rows."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        changed = frame.astype(dict.fromkeys(columns, object))
        for name, values in columns.items():
            for row, value in enumerate(values if isinstance(values, list) else [values] * 3):
                changed.loc[row, name] = value
        return changed

    return change


def every(**columns: Any) -> Table:
    """Columns replaced whole, their values repeated."""
    return lambda frame: frame.assign(**{n: (v * ROWS)[:ROWS] for n, v in columns.items()})


def option(item: str, more: str) -> dict[str, str]:
    """More said of an option's column."""
    number = {"medio_radio": 1, "medio_tv": 2, "medio_red": 3}[item]
    return {f'{item}: {{name: M, option: "{number}"': f'{item}: {{name: M, option: "{number}", {more}'}


def coded(item: str, column: str, codes: str) -> dict[str, str]:
    """Codes said of a column."""
    return {f"{item}: {column}": f"{item}: {{name: {column}, codes: {codes}}}"}


def labelled(texts: tuple[str, str, str]) -> dict[str, str]:
    """Each option's label."""
    return {
        old: new
        for item, text in zip(("medio_radio", "medio_tv", "medio_red"), texts, strict=True)
        for old, new in option(item, f'labels: ["{text}"]').items()
    }


def skipped(value: str) -> Table:
    """What a server writes where nothing was asked."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(**{name: frame[name].mask(frame["P5"] != 1, value) for name in ("A", "B")})

    return change


LIST = {"medio_radio": [1, 2, 1, 2], "medio_tv": [1, 2, 2, 1], "medio_red": [2, 1, 2, 1]}
NONE = "is none of the options of its column"
REFUSED: dict[str, Case] = {
    # Multiple answers
    "an option of no item": Case(
        every(M=["1 2", "7", "1", "2 7"]),
        rf"column M \(item medio_radio\), 20 rows \(3, 5, 7 …\): '7' {NONE}",
        option("medio_radio", "others: [7]"),
        {"medio_radio": [1, 2, 1, 2], "medio_red": [2, 2, 2, 2]},
    ),
    "98 and 99 in the list": Case(
        every(M=["1 2", "99", "1", "98"]),
        rf"'99' {NONE}",
        option("medio_tv", "codes: {98: 8, 99: 9}"),
        {"medio_radio": [1, 9, 1, 8], "medio_red": [2, 9, 2, 8]},
    ),
    **{
        f"a list divided by {mark!r}": Case(
            every(M=[f"1{mark}2", "3", "1", f"2{mark}3"]),
            r"say delivery\.columns\.medio_radio\.separator",
            option("medio_tv", f'separator: "{mark}"'),
            LIST,
        )
        for mark in ("|", ";", "/", ",", "-")
    },
    **{
        f"a list as a program writes it, {cells[0]}": Case(
            every(M=cells),
            r"column M \(item medio_radio\), 40 rows .*a list in brackets is what a program writes for its own lists",
        )
        for cells in (["[1, 2]", "[3]"], ["['1','2']", "['3']"], ["{1,2}", "{3}"], ['["1"]', '["2","3"]'])
    },
    "options with nothing between them": Case(
        every(M=["12", "3", "1", "23"]),
        rf"'12' {NONE}.*separator: \"\" of medio_radio",
        option("medio_radio", 'separator: ""'),
        LIST,
    ),
    "options with a point between them": Case(
        every(M=["1.2", "3", "1", "2.3"]),
        r"'1\.2' is a list that '\.' divides, .*separator: \"\.\"",
        option("medio_radio", 'separator: "."'),
        LIST,
    ),
    "options as decimals in a list": Case(every(M=["1.0", "3.0", "1.0", "2.0"]), rf"'1\.0' {NONE}"),
    "labels in the list": Case(
        every(M=["Radio, Televisión", "Redes sociales", "Radio", "Televisión, Redes sociales"]),
        rf"'Radio' {NONE}",
        {
            **labelled(("Radio", "Televisión", "Redes sociales")),
            'option: "2", labels': 'option: "2", separator: ",", labels',
        },
        LIST,
    ),
    "labels whose separator is not said": Case(
        every(M=["Radio;Televisión", "Redes sociales", "Radio", "Televisión;Redes sociales"]),
        r"say delivery\.columns\.medio_radio\.separator: \";\"",
        option("medio_red", 'separator: ";"'),
        LIST,
        labelled(("Radio", "Televisión", "Redes sociales")),
    ),
    "labels that hold the separator": Case(
        every(M=["Radio, AM,Tele", "Redes", "Radio, AM", "Tele,Redes"]),
        rf"'Radio' {NONE}",
        {**labelled(("Radio, AM", "Tele", "Redes")), 'option: "2", labels': 'option: "2", separator: ",", labels'},
        LIST,
    ),
    "a column an option, with labels": Case(
        every(M1=["Radio", "", "Radio", ""], M2=["Tele", "", "", "Tele"], M3=["", "Redes", "", "Redes"]),
        rf"column M1 .*{NONE}",
        {
            'more: [M2, M3], option: "1"': 'more: [M2, M3], option: "Radio"',
            'more: [M1, M3], option: "2"': 'more: [M1, M3], option: "2", labels: Tele',
            'more: [M1, M2], option: "3"': 'more: [M1, M2], option: "3", labels: [Redes]',
        },
        LIST,
        SEPARATE,
    ),
    "a column an option that says so alone": Case(
        every(M1=["Radio", "", "Radio", ""], M2=["Tele", "", "", "Tele"], M3=["", "Redes", "", "Redes"]),
        r"no other option lies in column 'M1'",
        {
            'name: M1, option: "Radio"': 'name: M1, more: [M2, M3], option: "Radio"',
            'name: M2, option: "Tele"': 'name: M2, more: [M1, M3], option: "Tele"',
            'name: M3, option: "Redes"': 'name: M3, more: [M1, M2], option: "Redes"',
        },
        LIST,
        {
            'name: M, option: "1"': 'name: M1, option: "Radio"',
            'name: M, option: "2"': 'name: M2, option: "Tele"',
            'name: M, option: "3"': 'name: M3, option: "Redes"',
        },
    ),
    "a column an option, ticked or not": Case(
        every(M1=["Checked", "Unchecked"], M2=["Unchecked", "Checked"], M3=["Checked", "Checked"]),
        r"column M1 \(item medio_radio\), 40 rows .* is a code that the crosswalk does not know",
        {f"name: M{k}": f"name: M{k}, codes: {{Checked: 1, Unchecked: 2}}" for k in (1, 2, 3)},
        {"medio_radio": [1, 2], "medio_tv": [2, 1], "medio_red": [1, 1]},
        {f'name: M, option: "{k}"': f"name: M{k}" for k in (1, 2, 3)},
    ),
    "a list for an item without the kind of missing": Case(
        every(M=["1 2", "9", "1", "3"]),
        "stands for no_contesta, which this item has no code for",
        {"Redes, codes: {1: sí, 2: no}": "Redes, codes: {1: sí, 2: no}, missing: {9: no_contesta}"},
        {"medio_red": [2, 9, 2, 1]},
        {"Redes, codes: {1: sí, 2: no}, missing: {8: no_sabe, 9: no_contesta}": "Redes, codes: {1: sí, 2: no}"},
    ),
    "other columns beside a number": Case(
        lambda frame: frame,
        r"delivery\.columns\.gasto\.more: a blank beside other options is no, and gasto lacks code 2",
        {"gasto: {name: GAS, more: [ING]}": "gasto: GAS"},
        {"gasto": [500]},
        {"gasto: GAS": "gasto: {name: GAS, more: [ING]}"},
    ),
    "an option whose item has no code for no": Case(
        lambda frame: frame,
        r"medio_red\.option needs codes for yes and no, and medio_red lacks 2; say yes: and no:",
        {'name: M, option: "3"': 'name: M, option: "3", no: 0'},
        {"medio_red": [0, 1, 0, 1]},
        {"label: Redes, codes: {1: sí, 2: no}": "label: Redes, codes: {1: sí, 0: no}"},
    ),
    "separators for what is no option": Case(
        lambda frame: frame,
        r"delivery\.columns\.gasto\.separator is for an option of a multiple answer",
        {'gasto: {name: GAS, separator: ","}': "gasto: GAS"},
        {"gasto": [500]},
        {"gasto: GAS": 'gasto: {name: GAS, separator: ","}'},
    ),
    "codes of an option that are answers": Case(
        lambda frame: frame,
        r"medio_tv\.codes: 'x' leads to 1, which is no kind of missing; of an option, other ways",
        {"codes: {x: 1}": "labels: [x]"},
        LIST,
        option("medio_tv", "codes: {x: 1}"),
    ),
    "two options alike": Case(
        lambda frame: frame,
        r"one answer twice: medio_radio and medio_tv are both option 'radio'",
        {'"2", labels: [RADIO.]': '"2", labels: [Tele]'},
        LIST,
        {**option("medio_radio", "labels: [Radio]"), **option("medio_tv", "labels: [RADIO.]")},
    ),
    "a dash in a list of options": Case(
        put(M="-"),
        r"'-' is a word for no answer; say delivery\.blank: \[\"-\"\]",
        key("blank", '["-"]'),
        {"medio_radio": [None, None, None, 2]},
    ),
    "NA in a list of options": Case(
        put(M="NA"),
        r"'NA' is a word for no answer; say delivery\.blank: \[\"NA\"\]",
        key("blank", '["NA"]'),
        {"medio_radio": [None, None, None, 2]},
    ),
    # Where the questionnaire skips
    **{
        f"{value} where nothing was asked": Case(
            skipped(value),
            rf"'{value}' stands where the questionnaire skips \(and so in 1 more columns\).*"
            rf"say delivery\.skipped_as: \[\"{value}\"\]",
            key("skipped_as", f'["{value}"]'),
        )
        for value in ("0", "FALSE", "Unchecked", "No", "-1")
    },
    # Numbers
    **{
        f"{text!r} in a whole number": Case(
            lambda frame, text=text: put(GAS=text)(frame.assign(SAL="1", MINUTOS="12")),
            rf"column GAS \(item gasto\), 3 rows \(2, 3, 4\): .*say delivery\.thousands: \"{mark}\"",
            key("thousands", f'"{mark}"'),
            {"gasto": [value, value, value, 503]},
        )
        for text, mark, value in (
            ("1,000", ",", 1000),
            ("12.000", ".", 12000),
            ("1.234", ".", 1234),
            ("1 000", " ", 1000),
            ("12\u00a0000", " ", 12000),
            ("1\u202f000", " ", 1000),
            ("1'000", "'", 1000),
            ("1\u2019000", "'", 1000),
        )
    },
    "thousands under another declared mark": Case(
        put(GAS="1 000"),
        r"say delivery\.thousands: \" \"",
        {'thousands: ","': 'thousands: " "'},
        {"gasto": [1000, 1000, 1000, 503]},
        key("thousands", '","'),
    ),
    "three zeros behind a point, which are decimals": Case(
        put(GAS="1.000"),
        r"\(delivery\.decimal: \"\.\" if it is a decimal mark\)",
        key("decimal", '"."'),
        {"gasto": [1, 1, 1, 503]},
    ),
    **{
        f"{text!r} in a whole number is none": Case(put(GAS=text), r"column GAS \(item gasto\), 3 rows .*" + said)
        for text, said in (
            ("1_5", "is not a whole number; correct the file"),
            ("TRUE", "is not a whole number"),
            ("0x1F", "is not a whole number"),
            ("inf", "is not a whole number"),
            ("$1,200", "is not a whole number"),
            ("12%", "is not a whole number"),
            ("40.5", "is not a whole number"),
            ("(500)", "is not a whole number"),
            ("1.23E+05", "a spreadsheet rounded it; ask for the column with every"),
            ("1e3", "a spreadsheet rounded it"),
            ("1,00,000", "is not a whole number"),
            ("5-", "is not a whole number"),
        )
    },
    "words for numbers": Case(
        put(GAS="mil pesos"),
        r"if it stands for a number, say which in delivery\.columns\.gasto\.codes",
        coded("gasto", "GAS", "{mil pesos: 1000}"),
        {"gasto": [1000, 1000, 1000, 503]},
    ),
    **{
        f"{text!r} in a number is none": Case(put(ING=text), r"column ING .*" + said)
        for text, said in (
            ("1_5", "is not a finite number"),
            ("1.23E+05", "a spreadsheet rounded it"),
            ("nan ", "word for no answer"),
            ("Infinity", "is not a finite number"),
            ("$1200", "is not a finite number"),
        )
    },
    "points that may divide thousands": Case(
        every(ING=["1.234", "2.107", "12.000"], SAL=["1"], MINUTOS=["12", "15"]),
        r"column ING: every point has three digits.*delivery\.thousands: \"\.\"",
        key("thousands", '"."'),
        {"ingreso": [1234.0, 2107.0, 12000.0]},
    ),
    "points with three digits that are decimals": Case(
        every(ING=["1.234", "2.107", "12.000"]),
        r"delivery\.decimal: \"\.\"",
        key("decimal", '"."'),
        {"ingreso": [1.234, 2.107, 12.0]},
    ),
    "thousands and decimals in one number": Case(
        every(ING=["1.234,5", "2.107,25"], SAL=["1,5", "2,5"], MINUTOS=["12,5", "15"]),
        r"say delivery\.thousands: \"\.\"",
        key("thousands", '"."'),
        {"ingreso": [1234.5, 2107.25], "saldo": [1.5, 2.5]},
    ),
    "a group that is no thousand under a declared mark": Case(
        put(ING="1,23"), r"column ING .*is not a finite number", {}, {}, key("thousands", '","')
    ),
    "a comma in one column and a point in another": Case(
        every(ING=["10,5", "11,5"]), "decimal comma in column ING and a point in column"
    ),
    # Codes for no answer
    **{
        f"{code} in {item}": Case(
            put(**{column: code}),
            rf"'?.*is no answer but a code for none.*items\.{item}\.missing or delivery\.columns\."
            rf"{item}\.codes",
            coded(item, column, f'{{"{code}": {missing}}}'),
            {item: [missing] * 3},
        )
        for code, item, column, missing in (
            ("-99", "gasto", "GAS", 9999999),
            ("-1", "ingreso", "ING", 999999),
            ("-9", "edad", "EDAD", 998),
            ("999", "edad", "EDAD", 998),
            ("-888", "gasto", "GAS", 9999999),
        )
    },
    "-99 where a number has no range": Case(
        every(SAL=["-99", "5.5", "7.25"]),
        r"'-99' is no answer but a code for none",
        {"Saldo, kind: number, missing: {999999:": "Saldo, kind: number, missing: {-99:"},
        {"saldo": [-99.0, 5.5, 7.25]},
    ),
    "Stata's .b in a number": Case(
        lambda frame: frame,
        r"column ING \(item ingreso\), 2 rows \(1, 2\): '\.b' is one of Stata's kinds of missing",
        coded("ingreso", "ING", "{.b: 999999}"),
        {"ingreso": [999999.0, 999999.0, 10020.0]},
        {},
        ".dta",
        tagged,
    ),
    "Stata's .b as a blank": Case(
        lambda frame: frame,
        r"delivery\.blank: \[\"\.b\"\]",
        key("blank", '[".b"]'),
        {"ingreso": [None, None, 10020.0]},
        {},
        ".dta",
        tagged,
    ),
    "what SPSS declares missing in a number": Case(
        lambda frame: frame,
        r"column GAS \(item gasto\), 3 rows .* is no answer but a code for none",
        coded("gasto", "GAS", "{30000: 9999999}"),
        {"gasto": [9999999] * 3 + [503]},
        {},
        ".sav",
        user_missing,
    ),
    **{
        f"{label!r} as the label of {code} in {column}": Case(
            lambda frame: frame,
            rf"column {column} \(item {item}\), 3 rows .*'{code}' is no answer but a code for none",
            coded(item, column, f"{{{code}: {said}}}"),
            {item: [said] * 3},
            {},
            ".sav",
            says_none(column, code, label),
        )
        for column, item, code, label, said in (
            ("GAS", "gasto", 98, "No sabe", 9999999),
            ("ING", "ingreso", 0, "NS/NC", 999999),
            ("EDAD", "edad", 97, "Edad no especificada", 998),
        )
    },
    # Words for blank
    **{
        f"{word} in {column} ({suffix})": Case(
            put(**{column: word}),
            rf"column {column}.*delivery\.blank: \[\"{said}\"\]",
            key("blank", f'["{word}"]'),
            {},
            {},
            suffix,
        )
        for word, said, column, suffix in (
            ("NA", "NA", "P1", ".csv"),
            ("n/a", "n/a", "GAS", ".csv"),
            ("---", "---", "ING", ".csv"),
            ("null", "null", "P5A", ".csv"),
            ("#NULL!", "#NULL!", "P5A", ".csv"),
            (".", r"\.", "P2", ".csv"),
            ("NaN", "NaN", "GAS", ".xlsx"),
            ("(en blanco)", r"\(en blanco\)", "P1", ".csv"),
            ("sin dato", "sin dato", "GAS", ".csv"),
            ("#NULL!", "#NULL!", "P5A", ".xlsx"),
            ("#N/A", "#N/A", "P1", ".xlsx"),
            ("None", "None", "P1", ".parquet"),
            ("NA", "NA", "P1", ".xlsx"),
            ("<NA>", "<NA>", "P1", ".parquet"),
            ("s/d", "s/d", "FECHA", ".csv"),
        )
    },
    "NA for who asked": Case(
        put(ENC="NA"), r"column ENC \(item entrevistador\), 3 rows .*'NA' is a word for no answer", key("blank", "NA")
    ),
    "null where a blank means unfinished": Case(
        lambda frame: frame.assign(FIN=["2020-01-06"] * 39 + ["null"]),
        r"column FIN \(finished\), 1 rows from 41 on: 'null' is a word for no answer; say delivery\.blank: \[\"null\"",
        {},
        {},
        {"  respondent: FOLIO": "  finished: FIN\n  respondent: FOLIO"},
    ),
    "two words for blank": Case(
        put(P1="NA", P2="null"),
        r"say delivery\.blank: \[\"NA\", \"null\"\]",
        key("blank", '["NA", "null"]'),
        {"conf_a": [None] * 3, "conf_b": [None] * 3},
    ),
    "a word that leads to no number of the item": Case(
        put(GAS="mucho"),
        r"delivery\.columns\.gasto\.codes: 'mucho' leads to 88888, which is neither in the item's range nor one of its",
        {"mucho: 88888": "mucho: 50000"},
        {"gasto": [50000] * 3},
        coded("gasto", "GAS", "{mucho: 88888}"),
    ),
    "a word for blank that is a code": Case(
        lambda frame: frame,
        r"delivery\.blank: '9' is an answer of the item conf_a too",
        {'  blank: ["9"]\n': ""},
        {},
        key("blank", '["9"]'),
    ),
    "a word for blank that is a label": Case(
        lambda frame: frame,
        r"delivery\.blank: 'Nada' is an answer of the item conf_a too",
        {'  blank: ["Nada"]\n': ""},
        {},
        key("blank", '["Nada"]'),
    ),
    "a word for blank that is a number": Case(
        lambda frame: frame,
        r"delivery\.blank: '0' is an answer of the item",
        {'  blank: ["0"]\n': ""},
        {},
        key("blank", '["0"]'),
    ),
    # Marks
    "one mark for two things": Case(
        lambda frame: frame,
        r"delivery\.thousands and delivery\.decimal are both ','",
        {'  decimal: ","\n': ""},
        {},
        {"  respondent: FOLIO": '  thousands: ","\n  decimal: ","\n  respondent: FOLIO'},
    ),
    "a mark that is none": Case(
        lambda frame: frame,
        r"delivery\.thousands: 'x' is no mark between thousands",
        {'thousands: "x"': 'thousands: ","'},
        {},
        key("thousands", '"x"'),
    ),
    # Tables
    "a parquet of lists": Case(
        lambda frame: frame.assign(M=[text.split() for text in frame["M"]]),
        r"column M: its cells hold lists",
        {},
        {},
        {},
        ".parquet",
    ),
    "TRUE beside numbers in a workbook": Case(
        put(GAS=[True, 1, 0]), r"column GAS \(item gasto\), row 2: 'TRUE' is not a whole number", {}, {}, {}, ".xlsx"
    ),
    "a date in a whole number": Case(
        put(GAS=datetime.date(2020, 1, 5)), r"column GAS .*is a date and no answer", {}, {}, {}, ".xlsx"
    ),
}
