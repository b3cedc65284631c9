"""Codes, numbers and cells whose refusal must say the true cause; what the sentence says is done, and all is read."""

import datetime
from collections.abc import Mapping

from tests.bad_inputs.codes_numbers import Case, every, key, put

LISTS = 'medio_radio: {name: M, option: "1"}'
OTHER = {
    "\ndelivery:": "\n  otro: {text: Otro, label: Otro, kind: text}\ndelivery:",
    "    saldo: SAL\n": "    saldo: SAL\n    otro: OTRA\n",
}
NO_SPENDING = "    gasto: GAS\n"
DATE = r"is a date and no answer, as spreadsheets make of 1-2"


def told(*pairs: str) -> dict[str, str]:
    """What words and codes of the column GAS stand for."""
    return {NO_SPENDING: f"    gasto: {{name: GAS, codes: {{{', '.join(pairs)}}}}}\n"}


REFUSED: Mapping[str, Case] = {
    # Lists
    "minus one in a list": Case(
        put(M=["-1"]),
        r"'-1' is no option but, .* a code for no answer, .*medio_radio\.codes",
        {LISTS: 'medio_radio: {name: M, option: "1", codes: {"-1": 9}}'},
        {"medio_radio": [9], "medio_tv": [9]},
    ),
    "minus ninety-nine among options": Case(
        every(M=["1;2", "-99"]),
        r"'-99' is no option but",
        {'separator: ";"}': 'separator: ";", codes: {"-99": 8}}'},
        {"medio_radio": [1, 8]},
        {LISTS: 'medio_radio: {name: M, option: "1", separator: ";"}'},
    ),
    "minus one where a hyphen divides": Case(
        every(M=["-1", "1-2", "3"]),
        r"'-1' is no option but",
        {'separator: "-"}': 'separator: "-", codes: {"-1": 9}}'},
        {"medio_radio": [9, 1, 2], "medio_tv": [9, 1, 2]},
        {LISTS: 'medio_radio: {name: M, option: "1", separator: "-"}'},
    ),
    "nines in a list, which may be an option": Case(
        put(M=["99"]),
        r"'99' is none of the options",
        {LISTS: 'medio_radio: {name: M, option: "1", codes: {"99": 9}}'},
        {"medio_radio": [9]},
    ),
    "a list that a spreadsheet made a date": Case(put(M=["01-feb"]), DATE),
    "a cell of a list that is a date": Case(put(M=[datetime.datetime(2020, 2, 1)]), DATE, suffix=".xlsx"),
    # Numbers
    **{
        f"{error} in a number": Case(put(GAS=[error]), r"is a spreadsheet's error and no answer; correct the cell")
        for error in ("#VALOR!", "#¡REF!", "#¿NOMBRE?", "########", "#DIV/0!", "#¡DESBORDAMIENTO!")
    },
    "an error in codes": Case(put(SEXO=["#¡REF!"]), r"'#¡REF!' is a spreadsheet's error"),
    "an error in a municipality": Case(put(MUN=["#VALOR!"]), r"'#VALOR!' is a spreadsheet's error"),
    "an error in a date": Case(put(FECHA=["########"]), r"'########' is a spreadsheet's error"),
    "an error in a text": Case(put(OTRA=["#######"]), r"holds the error #######", before=OTHER),
    "a database's null": Case(
        put(GAS=["\\N"]), r"'\\N' is a word for no answer; .*\['\\N'\]", key("blank", "['\\N']"), {"gasto": [None]}
    ),
    **{
        f"{word} in a number": Case(
            put(GAS=[word]),
            rf"'{word}' says no answer \(no_contesta\); .*gasto\.codes: {{\"{word}\": 9999999}}",
            told(f'"{word}": 9999999'),
            {"gasto": [9999999]},
        )
        for word in ("NR", "Sin respuesta", "No contestó")
    },
    "decimals where the mark is declared": Case(
        every(GAS=["1.234"], MINUTOS=["12"], SAL=["7"]),
        r"'\.' is its decimal mark .*delivery\.thousands: \"\.\" and not delivery\.decimal",
        {'  decimal: "."\n': "", '  respondent: FOLIO': '  thousands: "."\n  respondent: FOLIO'},
        before=key("decimal", '"."'),
    ),
    **{
        f"{number} in a number": Case(put(ING=[number]), r"its marks do not part groups of three digits; correct")
        for number in ("1.2.3", "10,00,000", "1.5.2013")
    },
    "groups of two under a declared mark": Case(
        put(ING=["10,00,000"]), r"do not part groups of three", before=key("thousands", '","')
    ),
    "one time among amounts": Case(put(GAS=["10:30:00"]), r"is a time where the others are none"),
    "one time among minutes": Case(put(MINUTOS=["12:30"]), r"is a time where the others are none"),
    # Cells that a spreadsheet made
    "a date in a number": Case(put(GAS=[datetime.datetime(2020, 2, 1)]), DATE, suffix=".xlsx"),
    "a date in a code": Case(put(SEXO=[datetime.datetime(1900, 2, 1)]), DATE, suffix=".xlsx"),
    "a time in a code": Case(put(SEXO=[datetime.time(1, 0)]), r"is a time where the others are none", suffix=".xlsx"),
    "a date in a text file's code": Case(put(P1=["02-ene"]), DATE),
    "a month and a year in minutes": Case(put(MINUTOS=["may-15"]), DATE),
}  # fmt: skip
