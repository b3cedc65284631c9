"""Deliveries whose dates, texts, headings and encodings are wrong, or only look so."""

import unicodedata
import zipfile
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

import pandas as pd

from tests.bad_inputs import broken as b
from tests.bad_inputs.broken import Break, swap
from tests.ingest import deliveries as d

Edit = Callable[[str], str]


def delivery(line: str) -> Edit:
    """A line put under ``delivery`` in the questionnaire."""
    return swap("  respondent: FOLIO", f"  {line}\n  respondent: FOLIO")


def column(item: str, now: str) -> Edit:
    """The column of an item, written anew."""
    old = next(
        line for line in d.QUESTIONNAIRE.splitlines() if line.startswith(f"    {item}: ") and "text:" not in line
    )
    return swap(old, f"    {item}: {now}")


def every(column_name: str, change: Callable[[str], str]) -> Break:
    """Each text of a column changed."""
    return b.table(lambda frame: frame.assign(**{column_name: frame[column_name].astype(str).map(change)}))


def first(column_name: str, value: object, rows: int = 3) -> Break:
    """The first rows of a column replaced."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        changed = frame.astype({column_name: object})
        changed.loc[: rows - 1, column_name] = value
        return changed

    return b.table(change)


def apart(text: str) -> str:
    """Letters and accents apart, as a Mac writes them."""
    return unicodedata.normalize("NFD", text)


def twice(text: str) -> str:
    """UTF-8 that was taken for Windows-1252 and written as UTF-8 again."""
    return text.encode("utf-8").decode("latin-1")


def also_text(whole: str) -> str:
    """The questionnaire with a question whose answer is free text, in OTRA."""
    asked = swap("delivery:", '  otro: {text: "¿Cuál?", label: Cuál, kind: text}\ndelivery:')(whole)
    return asked.replace("    victima: P5\n", "    victima: P5\n    otro: OTRA\n")


def free_text(words: str, encoding: str = "utf-8") -> Break:
    """Every row answers ``words`` in OTRA; the municipalities have no accents."""

    def apply(folder: Path) -> None:
        b.text(lambda text: text.replace("PEÑA", "PENA").replace("Río", "Rio"), encoding)(folder)
        path = b.raw(folder)
        table = pd.read_csv(path, dtype=str, keep_default_na=False).assign(OTRA=words)
        path.write_bytes(table.to_csv(index=False).encode(encoding))
        d.write_study(folder, edit=also_text)

    return apply


def strict(folder: Path) -> None:
    """A workbook as "Strict Open XML" names its parts."""
    path = b.raw(folder, "datos.xlsx")
    d.good().to_excel(path, index=False)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            for usual, said in (
                (b"schemas.openxmlformats.org/spreadsheetml/2006/main", b"purl.oclc.org/ooxml/spreadsheetml/main"),
                (b"schemas.openxmlformats.org/officeDocument/2006/relationships",
                 b"purl.oclc.org/ooxml/officeDocument/relationships"),
            ):  # fmt: skip
                content = content.replace(usual, said)
            archive.writestr(name, content)


def latin_sav(folder: Path) -> None:
    """A .sav whose header says UTF-8 and whose labels are Latin 1."""
    path = b.raw(folder, "datos.sav")
    d.write_sav(d.good().assign(MUN="01001"), path, {**d.LABELS, "OTRA": {1: "Policía"}})
    content = path.read_bytes()
    assert content.count("Policía".encode()) == 1
    path.write_bytes(content.replace("Policía".encode(), "Policía".encode("cp1252") + b" "))


def dates(change: Callable[[pd.Timestamp], object], *edits: Edit) -> Break:
    """The dates of a CSV written otherwise, under a questionnaire that may say so."""

    def apply(folder: Path) -> None:
        frame = d.good()
        b.table(lambda f: f.assign(FECHA=[change(pd.Timestamp(day)) for day in frame["FECHA"]]))(folder)
        d.write_study(folder, edit=all_of(*edits))

    return apply


def all_of(*edits: Edit) -> Edit:
    """Several edits, one after the other."""

    def apply(whole: str) -> str:
        for edit in edits:
            whole = edit(whole)
        return whole

    return apply


def zoned(folder: Path) -> None:
    """params.yaml says the study's zone."""
    path = folder / "params.yaml"
    path.write_text(swap('producer: "Nadie"', f'producer: "Nadie"\n  time_zone: {ZONE}')(path.read_text()))


def also_zoned(break_it: Break) -> Break:
    """The study's zone is said too."""

    def apply(folder: Path) -> None:
        break_it(folder)
        zoned(folder)

    return apply


def evening(day: pd.Timestamp) -> pd.Timestamp:
    """Half past seven in the evening in Monterrey."""
    return (day + pd.Timedelta(hours=19, minutes=30)).tz_localize(ZONE)


def utc(day: pd.Timestamp) -> pd.Timestamp:
    """That evening in UTC, which is the next day."""
    return evening(day).tz_convert("UTC")


def since(epoch: str, unit: str) -> Callable[[pd.Timestamp], object]:
    """Days or seconds since an epoch."""
    return lambda day: (day.to_pydatetime() - datetime.fromisoformat(epoch)) // timedelta(**{unit: 1})


def formatted(text: str) -> Edit:
    """The format of the dates, declared."""
    return column("fecha", f'{{name: FECHA, format: "{text}"}}')


def some_dates(value: object, rows: int = 3) -> Break:
    """The first rows have no right date."""
    return first("FECHA", value, rows)


def cells_for_months(folder: Path) -> None:
    """A spreadsheet that took days for months: cells up to the 12th, texts beyond."""
    path = b.raw(folder, "datos.xlsx")
    frame = d.good()
    days = [datetime.fromisoformat(day) for day in frame["FECHA"]]
    cells = [day.replace(month=day.day, day=day.month) if day.day <= 12 else f"{day:%d/%m/%Y}" for day in days]
    frame.assign(FECHA=pd.Series(cells, dtype=object)).to_excel(path, index=False)


def headed(*rows: Callable[[str], str], at: int = 1) -> Break:
    """Rows made of the columns' names put into a CSV as its lines from ``at`` on."""

    def change(whole: str) -> str:
        lines = whole.splitlines()
        names = lines[0].split(",")
        made = [",".join('"' + make(name).replace('"', '""') + '"' for name in names) for make in rows]
        return "\n".join([*lines[:at], *made, *lines[at:], ""])

    return b.text(change)


def two_rows_of_names(folder: Path) -> None:
    """A workbook whose second row says what the columns are."""
    path = b.raw(folder, "datos.xlsx")
    frame = d.good()
    wordings = pd.DataFrame([{name: f"Pregunta {name}" for name in frame.columns}])
    pd.concat([wordings, frame]).to_excel(path, index=False)


def sav_with_header_rows(folder: Path) -> None:
    """A .sav that is said to have two rows of headings."""
    path = b.raw(folder, "datos.sav")
    d.write_sav(d.good(), path)
    d.write_study(folder, "datos.sav", delivery("header_rows: 2"))


def workbook_of(column_name: str, value: Callable[[object], object]) -> Break:
    """A workbook with a column's cells of another kind."""

    def apply(folder: Path) -> None:
        path = b.raw(folder, "datos.xlsx")
        frame = d.good()
        frame.assign(**{column_name: pd.Series([value(v) for v in frame[column_name]], dtype=object)}).to_excel(
            path, index=False
        )

    return apply


def as_time(number: object) -> time:
    """Minutes as a cell that shows hours, minutes and seconds."""
    return (datetime(2000, 1, 1) + timedelta(minutes=float(str(number)))).time()


ZONE = "America/Monterrey"
SPANISH = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
YES = {1: "Sí", 2: "No"}
LIKE_P1 = {1: "Mucha", 2: "algo", 3: "POCA", 4: "Nada", 8: "8", 9: "No contestó"}
# Read all the same: what breaks it, and what a note says of it.
ACCEPTED: dict[str, tuple[Break, str]] = {
    "a code with a blank of no width": (
        every("P1", lambda t: t + "\u200b"), r"nobody sees were taken out: P1 \(<U\+200B>"
    ),
    "a word joiner before a code": (every("P2", lambda t: "\u2060" + t), r"<U\+2060>"),
    "a soft hyphen in a municipality": (every("MUN", lambda t: t.replace("SAN", "SA\u00adN")), "<U\\+00AD>"),
    "a mark of direction in a folio": (every("FOLIO", lambda t: "\u200e" + t), "<U\\+200E>"),
    "labels in NFD": (b.table(lambda f: f.assign(P5=f["P5"].map(lambda c: apart(YES[c])))), "accents apart.* P5"),
    "labels in capitals without accents": (
        b.table(lambda f: f.assign(P5=f["P5"].map({1: "SI ", 2: " NO"}))), "labels came instead of codes .*: P5"
    ),
    "labels beside codes of missing answers": (
        b.table(lambda f: f.assign(P1=f["P1"].map(LIKE_P1))),
        "labels came instead of codes .*: P1",
    ),
    "labels with their codes before them": (
        b.table(lambda f: f.assign(P5=f["P5"].map({1: "1. Sí", 2: "(2) NO"}))), "labels came instead of codes .*: P5"
    ),
    "labels in UTF-8 twice": (
        b.table(lambda f: f.assign(P5=f["P5"].map(lambda c: twice(YES[c])))), 'mend: "utf-8" \\(P5'
    ),
    "codes of full width": (every("P1", lambda t: chr(ord(t) + 0xFEE0)), "full width.* P1"),
    "one line in another encoding": (
        lambda f: b.raw(f).write_bytes(b.good_bytes().replace("Río".encode(), "Río".encode("cp1252"), 1)),
        "encoding is not certain",
    ),
    "municipalities in UTF-8 twice": (every("MUN", twice), r'UTF-8 written twice .*: delivery\.mend: "utf-8" \(MUN\)'),
    "free text in UTF-8 twice": (free_text(twice("policía")), r'written twice .*: delivery\.mend: "utf-8" \(OTRA'),
    "free text in cp850 that was taken for cp1252": (
        free_text("polic¡a"), r'read in a wrong encoding.*: delivery\.mend: "cp850" \(OTRA\)'
    ),
    "free text with entities of a web page": (free_text("polic&iacute;a"), r'delivery\.mend: "html" \(OTRA\)'),
    "free text whose letters were lost": (free_text("polic\ufffda"), r"letters were lost .*: OTRA"),
    "free text in UTF-7": (free_text("polic+AO0-a"), r'delivery\.encoding: "utf-7" \(OTRA\)'),
    "free text in a file of two encodings": (
        free_text("polic¡a", "cp1252"), r'not certain.*cp850|delivery\.encoding: "cp850"'
    ),
    "cp850 with á and í alone": (
        b.text(lambda t: t.replace("PEÑA", "PENA"), "cp850"), r"not certain \(the likeliest: cp850 / cp1252\)"
    ),
    "UTF-32 with its mark": (b.text(str, "utf-32"), "blanks where"),
    "a strict workbook": (strict, "blanks where"),
    "a zip made on a Mac": (
        b.zipped({"entrega.csv": b.good_bytes(), "__MACOSX/._entrega.csv": b"\0\5\x16\7" * 20, ".DS_Store": b"x"}),
        "blanks where",
    ),
    "a zip with what an office program leaves": (
        b.zipped({"a/entrega.csv": b.good_bytes(), "a/~$entrega.xlsx": b"x", "a/._b.csv": b"x"}), "blanks where"
    ),
    # Dates
    "evenings in UTC": (
        also_zoned(dates(lambda day: evening(day).tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%S.000Z"))),
        "times of another zone .*: FECHA",
    ),
    "evenings with their offset": (also_zoned(dates(lambda day: evening(day).isoformat())), "another zone .*: FECHA"),
    "evenings of a server whose zone is declared": (
        also_zoned(dates(
            lambda day: evening(day).tz_convert("Europe/Madrid").strftime("%Y-%m-%d %H:%M:%S"),
            delivery("time_zone: Europe/Madrid"),
        )),
        "another zone .*: FECHA",
    ),
    "evenings in seconds since 1970": (
        also_zoned(dates(lambda day: int(evening(day).timestamp()), formatted("unix"))), "another zone .*: FECHA"
    ),
    "days that a server wrote as midnight in UTC": (
        also_zoned(dates(lambda day: f"{day:%Y-%m-%d}T00:00:00.000Z")), "blanks where"
    ),
    "a cell of a workbook in UTC": (
        also_zoned(lambda f: (
            workbook_of("FECHA", lambda day: evening(pd.Timestamp(day)).tz_convert("UTC").tz_localize(None))(f),
            d.write_study(f, "datos.xlsx", delivery("time_zone: UTC")),
        )[0]),
        "another zone .*: FECHA",
    ),
    "a parquet that knows its zone": (
        also_zoned(lambda f: d.good().assign(
            FECHA=[evening(pd.Timestamp(day)).tz_convert("UTC") for day in d.good()["FECHA"]], MUN="01001",
        ).assign(MUN=d.good()["MUN"]).to_parquet(b.raw(f, "datos.parquet"), index=False)),
        "another zone .*: FECHA",
    ),
    "milliseconds of a server": (
        also_zoned(dates(lambda day: int(evening(day).timestamp() * 1000), formatted("unix_ms"))), "zone .*: FECHA"
    ),
    "the time before the date": (
        dates(lambda day: f"19:30 {day:%d/%m/%Y}", formatted("%d/%m/%Y")), "blanks where"
    ),
    "as JavaScript writes it": (
        also_zoned(dates(
            lambda day: f"{evening(day):%a %b %d %Y %H:%M:%S} GMT-0600 (CST)", formatted("%b %d %Y")
        )),
        "another zone .*: FECHA",
    ),
    "a zone by its name": (
        also_zoned(dates(lambda day: f"{utc(day):%Y-%m-%d %H:%M:%S} Etc/UTC")), "another zone .*: FECHA"
    ),
    "ISO without marks": (
        also_zoned(dates(lambda day: f"{utc(day):%Y%m%dT%H%M%SZ}", formatted("%Y%m%d"))), "another zone .*: FECHA"
    ),
    "the year at the end": (
        dates(lambda day: f"{evening(day):%a %b %d %H:%M:%S %Y}", formatted("%b %d %Y")), "blanks where"
    ),
    "a las 19:30 hrs": (dates(lambda day: f"{day:%d/%m/%Y} a las 19:30 hrs", formatted("%d/%m/%Y")), "blanks where"),
    "times of no zone": (dates(lambda day: f"{day:%Y-%m-%d} 23:59:59"), "blanks where"),
    "half past seven p. m.": (
        dates(lambda day: f"{day:%d/%m/%Y} 07:30:00 p.\u00a0m.", formatted("%d/%m/%Y %I:%M:%S %p")), "blanks where"
    ),
    "Spanish months": (
        dates(lambda day: f"{day.day:02d}-{SPANISH[day.month - 1]}-{day.year}", formatted("%d-%b-%Y")), "blanks where"
    ),
    "the day's name": (
        dates(lambda day: f"Lunes, {day.day} de enero de {day.year}", formatted("%d de %B de %Y")), "blanks where"
    ),
    "two ways of writing, both declared": (
        dates(lambda day: f"{day:%d/%m/%Y}" if day.day % 2 else f"{day:%Y-%m-%d}", formatted("%d/%m/%Y | %Y-%m-%d")),
        "blanks where",
    ),
    # Rows of headings
    "Qualtrics' three rows": (
        headed(lambda name: f"¿{name}, o qué?", lambda name: f'{{"ImportId":"{name}"}}'), "headings were left out: 2, 3"
    ),
    "column names once more": (headed(str, at=31), "repeat the column names were left out: 32"),
    "column names twice more": (
        lambda f: (headed(str, at=1)(f), b.text(lambda t: t + t.splitlines()[0] + "\n" * 2)(f))[1],
        "repeat the column names were left out: 62",
    ),
    "names of columns in NFD": (
        lambda f: (
            b.text(lambda t: t.replace("SEXO", apart("Género")))(f),
            d.write_study(f, edit=column("sexo", "Género")),
        )[0],
        "blanks where",
    ),
}  # fmt: skip
# Refused: what breaks it, what the sentence says, and what to change in the questionnaire so that it is read.
REFUSED: dict[str, tuple[Break, str, Edit | None]] = {
    "a label that is another code": (
        lambda f: (
            b.table(lambda t: t.assign(P5=t["P5"].map({1: "ninguno", 2: "1"})))(f),
            d.write_study(f, edit=swap("codes: {1: sí, 2: no}", 'codes: {1: ninguno, 2: "1"}')),
        )[0],
        "'1' is a code, and another code's label where labels came too",
        lambda t: column("victima", '{name: P5, codes: {ninguno: 1, "1": 2}}')(
            swap("codes: {1: sí, 2: no}", 'codes: {1: ninguno, 2: "1"}')(t)
        ),
    ),
    "a sav whose labels are in another encoding": (
        latin_sav, r'not in the encoding that its header says \(UTF-8\); say delivery\.encoding: "cp1252"',
        delivery("encoding: cp1252"),
    ),
    "UTF-16 without its mark, little end first": (
        b.text(str, "utf-16-le"), r'say delivery\.encoding: "utf-16-le"', delivery("encoding: utf-16-le")
    ),
    "UTF-16 without its mark, big end first": (
        b.text(str, "utf-16-be"), r'say delivery\.encoding: "utf-16-be"', delivery("encoding: utf-16-be")
    ),
    "Stata's days": (
        dates(since("1960-01-01", "days")), r'Stata.s .*\(since 1960\): say .*: "stata"', formatted("stata")
    ),
    "Stata's milliseconds": (
        dates(since("1960-01-01", "milliseconds")), r'milliseconds \(since 1960\): say .*"stata_ms"',
        formatted("stata_ms"),
    ),
    "SPSS's seconds": (
        dates(since("1582-10-14", "seconds")), r'SPSS.s seconds \(since 1582\): say .*: "spss"', formatted("spss")
    ),
    "R's days": (dates(since("1970-01-01", "days")), r'since 1970\): say .*: "unix_days"', formatted("unix_days")),
    "a Mac's spreadsheet": (
        dates(since("1904-01-01", "days")), r'since 1904\): say .*: "excel1904"', formatted("excel1904")
    ),
    "p. m. and day first": (
        dates(lambda day: f"{day:%d/%m/%Y} 07:30 p. m."), 'all of them read as %d/%m/%Y', formatted("%d/%m/%Y")
    ),
    "Spanish months, undeclared": (
        dates(lambda day: f"{day.day:02d}-{SPANISH[day.month - 1]}-{day.year}"), r"read as %d-%b-%Y: say",
        formatted("%d-%b-%Y"),
    ),
    "English months": (
        dates(lambda day: f"{day:%b} {day.day}, {day.year}"), r"as %b %d, %Y: say", formatted("%b %d, %Y")
    ),
    "two digits of the year": (
        dates(lambda day: f"{day:%d/%m/%y}" if day.day > 12 else f"{day:%d/%m}/20"), r"as %d/%m/%y: say",
        formatted("%d/%m/%y"),
    ),
    "two ways of writing": (
        dates(lambda day: f"{day:%d/%m/%Y}" if day.day % 2 else f"{day:%Y-%m-%d}"),
        r'written in 2 ways \(30 as %Y-%m-%d, 30 as %d/%m/%Y\): say .*format: "%Y-%m-%d \| %d/%m/%Y"',
        formatted("%Y-%m-%d | %d/%m/%Y"),
    ),
    "texts here, a spreadsheet's numbers there": (
        dates(lambda day: f"{day:%Y-%m-%d}" if day.day % 2 else since("1899-12-30", "days")(day)),
        r'written in 2 ways \(30 as %Y-%m-%d, 30 as excel\): say .*"%Y-%m-%d \| excel"',
        formatted("%Y-%m-%d | excel"),
    ),
    "numbers that are year, month and day": (
        dates(lambda day: f"{day:%Y%m%d}"), "all of them read as %Y%m%d", formatted("%Y%m%d")
    ),
    "SAS's dates": (
        dates(lambda day: f"{day:%d%b%Y}:19:30:00".upper()), "all of them read as %d%b%Y: say", formatted("%d%b%Y")
    ),
    "a spreadsheet's numbers with decimal commas": (
        b.text(lambda t: "\n".join(
            line if not k else line.replace(line.split(",")[2], f'"{43836 + k % 20},8125"')
            for k, line in enumerate(t.splitlines())
        )),
        "a spreadsheet's day numbers: say", formatted("excel"),
    ),
    "seconds that a spreadsheet rounded": (
        dates(lambda day: f"{utc(day).timestamp():.3E}"), "a spreadsheet rounded the number, and with it the day", None
    ),
    "another year": (
        dates(lambda day: f"{day.replace(year=2023):%Y-%m-%d}"), "were the year 2020 and not 2023", None
    ),
    "a year of Caesar's": (
        dates(lambda day: f"{day:%d/%m}/0020"), "its year is no interview's", None
    ),
    "day first here, month first there": (
        dates(lambda day: f"{day:%d/%m/%Y}" if day.day % 2 else f"{day:%m/%d/%Y}"),
        "some have the day first and others the month", None,
    ),
    "a spreadsheet took days for months": (cells_for_months, "a spreadsheet took days for months", None),
    "a day that no calendar has": (some_dates("2020-02-31"), r"no calendar has that day \(3 of such rows\)", None),
    "a time without a date": (some_dates("19:30"), "a time of day without a date", None),
    "a month without a day": (some_dates("2020-01"), "lacks the day or the year", None),
    "no date in words": (
        some_dates("no sé"), r"a date in no way of writing \(3 of such rows\).* delivery\.blank", None
    ),
    "a zone without the study's": (
        dates(lambda day: evening(day).tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%SZ")),
        "names a zone and params.yaml does not say the study's; say study.time_zone", None,
    ),
    "a zone in letters": (
        also_zoned(dates(lambda day: f"{day:%Y-%m-%d} 19:30:00 CST")), "by letters .*; say delivery.time_zone",
        delivery(f"time_zone: {ZONE}"),
    ),
    "a zone that is none": (
        b.questionnaire(delivery("time_zone: Monterrey")), "delivery.time_zone: 'Monterrey' is no time zone", None
    ),
    "a study's zone that is none": (
        b.params(swap('producer: "Nadie"', 'producer: "Nadie"\n  time_zone: Hora del Centro')),
        "time_zone: 'Hora del Centro' is no time zone", None,
    ),
    "a format that is none": (
        b.questionnaire(formatted("dd/mm/aaaa")), r"'dd/mm/aaaa' is no way of writing a date; say day, month", None
    ),
    "day and month exchanged": (
        dates(lambda day: f"{day:%d/%m/%Y}" if day.day <= 12 else "06/01/2020", formatted("%m/%d/%Y")),
        r'nearly all would be inside .*: say .*format: "%d/%m/%Y"', formatted("%d/%m/%Y"),
    ),
    "the wrong epoch declared": (
        dates(since("1960-01-01", "days"), formatted("excel")), r'say .*format: "stata"', formatted("stata")
    ),
    "all of them Unix's zero": (every("FECHA", lambda _: "1970-01-01"), "so the file has no dates", None),
    "SurveyMonkey's two rows": (
        headed(lambda name: "" if name == "FOLIO" else "Response"), r"row 2: it holds further headings",
        delivery("header_rows: 2"),
    ),
    "Qualtrics' rows without its ids": (
        headed(lambda name: f"¿{name}, o qué?", lambda name: f"QID-{name}"),
        r"rows 2 to 3: they hold further headings .*; say delivery.header_rows: 3", delivery("header_rows: 3"),
    ),
    "two rows of names in a workbook": (
        two_rows_of_names, r"row 2: it holds further headings .*; say delivery.header_rows: 2",
        delivery("header_rows: 2"),
    ),
    "one row of headings too many": (
        lambda f: (
            headed(lambda name: f"¿{name}, o qué?")(f), d.write_study(f, edit=delivery("header_rows: 3"))
        )[0],
        r"row 3: it holds an interview's answers .*; say delivery.header_rows: 2", delivery("header_rows: 2"),
    ),
    "a row of headings where there is none": (
        b.questionnaire(delivery("header_rows: 2")), r"row 2: it holds an interview's .*; say delivery.header_rows: 1",
        delivery("header_rows: 1"),
    ),
    "rows of headings in a sav": (
        sav_with_header_rows, "such a file has no rows of headings; take delivery.header_rows out", str
    ),
    "no row of headings at all": (
        b.questionnaire(delivery("header_rows: 0")), "delivery.header_rows: 0 is too few", None
    ),
    # Durations
    "durations in cells of time": (
        workbook_of("MINUTOS", as_time), 'is a time of hours, minutes and seconds; say .*: "hh:mm:ss"',
        column("duracion", '{name: MINUTOS, format: "hh:mm:ss"}'),
    ),
    "durations as texts of minutes and seconds": (
        every("MINUTOS", lambda t: f"{int(float(t))}:{round(float(t) % 1 * 60):02d}"),
        'is a time, of hours or of minutes; say .*"hh:mm" or "mm:ss"',
        column("duracion", '{name: MINUTOS, format: "mm:ss"}'),
    ),
    "a duration in a way that is none": (
        b.questionnaire(column("duracion", '{name: MINUTOS, format: "min"}')),
        "'min' is no way of writing a duration", None,
    ),
    "municipalities in cp850 that was taken for cp1252": (
        every("MUN", lambda t: t.replace("í", "¡").replace("Ñ", "¥")),
        'read in a wrong encoding; say delivery.mend: "cp850"', delivery("mend: cp850"),
    ),
    "municipalities as a web page writes them": (
        every("MUN", lambda t: t.replace("í", "&iacute;").replace("Ñ", "&Ntilde;")),
        'read in a wrong encoding; say delivery.mend: "html"', delivery("mend: html"),
    ),
    "labels with escapes": (
        b.table(lambda f: f.assign(P5=f["P5"].map({1: "S\\u00ed", 2: "No"}))),
        'read in a wrong encoding; say delivery.mend: "escapes"', delivery("mend: escapes"),
    ),
    "what nothing mends": (
        b.questionnaire(delivery("mend: cp437")), "delivery.mend: 'cp437' is nothing that can be mended", None
    ),
    "two labels that are one": (
        b.questionnaire(swap("codes: {1: sí, 2: no}", "codes: {1: sí, 2: SI}")),
        r"'sí' \(1\) and 'SI' \(2\) are one label but for accents",
        None,
    ),
    "two delivered labels that are one": (
        b.questionnaire(column("victima", "{name: P5, codes: {Más: 1, mas: 2}}")),
        "'Más' and 'mas' are one label but for accents, capitals and marks, and lead to different codes",
        None,
    ),
}  # fmt: skip

# Dates that say that there is none: what stands there, and under which format.
ZEROS: dict[str, tuple[object, str | None]] = {
    "MySQL's": ("0000-00-00", None), "MySQL's with a time": ("0000-00-00 00:00:00", None),
    "a spreadsheet's as it shows it": ("1900-01-00", None), "a spreadsheet's, day first": ("00/01/1900", "%d/%m/%Y"),
    "a spreadsheet's as others read it": ("1899-12-30", None), "the same, day first": ("30/12/1899", "%d/%m/%Y"),
    "a count's": ("0", "excel"), "SPSS's": ("1582-10-14", None), ".NET's": ("0001-01-01T00:00:00", None),
    "zeros, day first": ("00/00/0000", "%d/%m/%Y"),
}  # fmt: skip
