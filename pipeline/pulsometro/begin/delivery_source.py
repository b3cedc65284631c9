"""Which of the given files is the delivery, which describe it, and what is known of every column."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import pandas as pd

from pulsometro.begin.blanks_found import usual_blanks
from pulsometro.begin.codebook_tables import Rows, catalogue, dictionary, merged
from pulsometro.begin.described import Described, Variable, profile
from pulsometro.begin.example_delivery import USUAL, example_of
from pulsometro.begin.heading_lines import headings_below
from pulsometro.begin.side_tables import WORKBOOKS, members_of, sheets_of, tables_in, text_rows
from pulsometro.begin.xlsforms import form, is_form
from pulsometro.common.discretion import plain, simple
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.harmonise.blank_words import emptied
from pulsometro.ingest.harmonise.plain_texts import with_plain_texts
from pulsometro.ingest.read.archive import extracted
from pulsometro.ingest.read.cell_errors import MAYBE_EMPTY
from pulsometro.ingest.read.delivered import ColumnMetadata, Delivered, code_text
from pulsometro.ingest.read.header import called
from pulsometro.ingest.read.readers import read_delivery
from pulsometro.questionnaire.model import Delivery

_DESCRIBING = re.compile(r"diccionario|catalogo|metadato|indice|descripcion|codebook|libro|leeme|readme|modelo_er|fd_")
_PROPOSED = re.compile(r'say delivery\.encoding: "([\w-]+)"')


@dataclass(frozen=True)
class Source:
    """A delivery as it was found: ``path`` None where there is only a form.

    ``member``, ``sheet``: as the questionnaire has to name them, None where the file is one table. ``forms``: whether
    an XLSForm describes it. ``said``: of the form's questions that have no column too.
    """

    path: Path | None
    variables: tuple[Variable, ...]
    frame: pd.DataFrame
    member: str | None = None
    sheet: str | None = None
    system: frozenset[str] = frozenset()
    said: Mapping[str, Described] = field(default_factory=dict)
    forms: bool = False
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    encoding: str | None = None
    headings: int = 0

    @property
    def rows(self) -> int:
        """Delivered rows."""
        return len(self.frame)


def source_of(paths: Sequence[Path]) -> Source:
    """What the files give: one of them may be the delivery, others its form or dictionary.

    Raises PulsoError when one is missing or cannot be read, when none or several could be the delivery.
    """
    for path in paths:
        if not path.is_file():
            raise PulsoError(f"{path}: the file is not there; correct --data.")
    books: list[Mapping[str, Described]] = []
    forms, notes, deliveries = False, [], []
    for path in paths:
        found = _book_of(path, len(paths) > 1)
        if found is None:
            deliveries.append(path)
        else:
            books.append(found[1])
            forms = forms or found[0]
            notes.append(f"{path.name} is {'an XLSForm' if found[0] else 'a dictionary'}: {len(found[1])} variables.")
    if len(deliveries) > 1:
        names = ", ".join(path.name for path in deliveries[:3])
        raise PulsoError(
            f"pulso init --data: {names} could each be the delivery; give one, and its form or dictionary."
        )
    if not deliveries:
        return _without_delivery(merged(*books) or USUAL, forms, tuple(notes))
    return _read(deliveries[0], _folded(merged(*books)), forms, tuple(notes))


def _without_delivery(said: Mapping[str, Described], forms: bool, notes: tuple[str, ...]) -> Source:
    """What a form, or nothing at all, gives: the columns that a delivery by it will have."""
    frame = example_of(said, "_uuid" if forms else "FOLIO")
    delivered = Delivered(frame, tuple(map(str, frame.columns)), {}, {})
    found = (Variable(profile(delivered, str(name)), said.get(str(name), Described())) for name in frame.columns)
    return Source(None, tuple(found), frame, said=said, forms=forms, notes=notes)


def _book_of(path: Path, several: bool) -> tuple[bool, dict[str, Described]] | None:
    """Whether it is a form, and what it says, of a file that describes another; None for a delivery."""
    suffix = path.suffix.lower()
    if suffix in WORKBOOKS:
        sheets = sheets_of(path)
        if is_form(tuple(sheets)):
            return True, _form(sheets)
        books = [book for rows in sheets.values() if (book := dictionary(rows))] if several else []
        return (False, merged(*books)) if books and len(books) == len(sheets) else None
    if several and suffix in (".csv", ".txt", ".tsv"):
        book = dictionary(text_rows(path))
        return (False, book) if book else None
    return None


def _form(sheets: Mapping[str, Rows]) -> dict[str, Described]:
    known = {simple(name): rows for name, rows in sheets.items()}
    return form(known["survey"], known["choices"])


def _folded(book: Mapping[str, Described]) -> dict[str, Described]:
    return {name.casefold(): said for name, said in book.items()}


def _read(path: Path, said: dict[str, Described], forms: bool, notes: tuple[str, ...]) -> Source:
    member = sheet = None
    beside: dict[str, Described] = {}
    if path.suffix.lower() == ".zip":
        member, beside, form_inside, told = _zipped(path)
        forms, notes = forms or form_inside, (*notes, *told)
    elif path.suffix.lower() in WORKBOOKS:
        sheet, beside, told = _workbook(path)
        notes = (*notes, *told)
    delivered, encoding = _delivered(
        path, Delivery((), {}, member=member, sheet=sheet, blank=tuple(sorted(MAYBE_EMPTY)))
    )
    twice = sorted({name for name in delivered.columns if name and delivered.columns.count(name) > 1})
    said_twice = ", ".join(called(delivered.columns, name) for name in twice)
    notes = (*notes, f"left out, for two columns are called so: {said_twice}.") if twice else notes
    below = headings_below(delivered.frame)
    words = (
        {} if not below else {str(n).casefold(): _headed(delivered.frame[n].iloc[0]) for n in delivered.frame.columns}
    )
    delivered = replace(delivered, frame=delivered.frame.iloc[below:])
    notes = (*notes, f"{below} rows under the first hold headings.") if below else notes
    blank = usual_blanks(delivered)
    delivered = emptied(delivered, blank)
    own = {name.casefold(): _described(meta) for name, meta in delivered.metadata.items()}
    book = merged(said, own, beside, words)
    variables = tuple(Variable(profile(delivered, str(name)), book.get(str(name).casefold(), Described()))
                      for name in delivered.frame.columns)  # fmt: skip
    missing = {name: meta.missing for name, meta in delivered.metadata.items() if meta.missing}
    return Source(
        path, variables, delivered.frame, member, sheet, _system(delivered), book, forms, missing, notes,
        blank, encoding, below,
    )  # fmt: skip


def _headed(text: object) -> Described:
    words = code_text(text)
    return Described(words, words)


def _delivered(path: Path, delivery: Delivery) -> tuple[Delivered, str | None]:
    """The delivery with every column, and the encoding that had to be said, as the reader itself proposes it."""
    try:
        return with_plain_texts(read_delivery(path, delivery, _every), delivery), None
    except PulsoError as error:
        said = _PROPOSED.search(str(error))
        if said is None or delivery.encoding is not None:
            raise
        return _delivered(path, replace(delivery, encoding=said[1]))[0], said[1]


def _every(columns: tuple[str, ...]) -> tuple[str, ...]:
    named = tuple(name for name in columns if name and columns.count(name) == 1)
    if len(named) < 2:
        raise PulsoError(
            "pulso init --data: the first row has no names of columns; the table's heading must be its first row."
        )
    return named


def _described(meta: ColumnMetadata) -> Described:
    return Described(meta.label, meta.label, meta.labels, "date" if meta.kind == "date" else "")


def _system(delivered: Delivered) -> frozenset[str]:
    return frozenset(delivered.system)


def _workbook(path: Path) -> tuple[str | None, dict[str, Described], tuple[str, ...]]:
    """The sheet that is the delivery, where there are several, and what the others say of it."""
    sheets = sheets_of(path)
    if len(sheets) < 2:
        return None, {}, ()
    books = {name: book for name, rows in sheets.items() if (book := dictionary(rows))}
    tables = {name: rows for name, rows in sheets.items() if name not in books and not _DESCRIBING.search(simple(name))}
    widest = sorted(tables or sheets, key=lambda name: -_width(sheets[name]))
    chosen = widest[0]
    others = [name for name in widest[1:] if 2 * _width(sheets[name]) > _width(sheets[chosen])]
    said = {name: f"'{name}'" if plain(name) else f"no. {number}" for number, name in enumerate(sheets, 1)}
    told = [f"of the workbook's sheets {said[chosen]} is taken for the delivery (the widest)."]
    told += [f"sheet {said[name]} is taken for its dictionary." for name in books if name != chosen]
    told += [f"sheet {said[name]} is left out; is it of the survey too?" for name in others]
    return chosen, merged(*(book for name, book in books.items() if name != chosen)), tuple(told)


def _width(rows: Rows) -> int:
    return max((sum(bool(cell) for cell in row) for row in rows[:5]), default=0) if len(rows) > 1 else 0


def _zipped(path: Path) -> tuple[str | None, dict[str, Described], bool, tuple[str, ...]]:
    """The member that is the delivery, and what the others say of it: catálogos, dictionaries, a form."""
    names, small = tables_in(path), members_of(path)
    if not names:
        return None, {}, False, ()
    books, labels, forms = {}, {}, []
    for name in names:
        listed = catalogue(small.get(name, ())) if "catalogo" in simple(name) else None
        if listed is not None:
            labels[name] = listed
        elif _DESCRIBING.search(name.casefold()) and (book := dictionary(small.get(name, ()))):
            books[name] = book
        elif name.lower().endswith(WORKBOOKS):
            with extracted(path, _literal(name)) as (inner, _):
                sheets = sheets_of(inner)
            if is_form(tuple(sheets)):
                forms.append((name, _form(sheets)))
    used = {*labels, *books, *(name for name, _ in forms)}
    tables = [n for n in names if n not in used and "catalogo" not in simple(n) and not _DESCRIBING.search(_last(n))]
    tables = tables or [name for name in names if name not in used] or list(names)
    chosen = max(
        tables, key=lambda name: (_weighted(small.get(name, ())), _breadth(small.get(name, ())), -names.index(name))
    )
    near = [name for name in (*books, *labels) if _root(name) == _root(chosen)]
    said = [{variable: told} for n, (variable, told) in labels.items() if n in near or not near]
    found = merged(
        *(_folded(book) for _, book in forms), *said, *(book for n, book in books.items() if n in near or not near)
    )
    told = [f"of the zip's tables {_last(chosen)} is taken for the delivery."] if len(tables) > 1 else []
    told += [f"{_last(name)} is left out; what it adds is joined by hand." for name in tables if name != chosen]
    told += [f"{len(said)} catálogos and {sum(n in near for n in books)} dictionaries describe it."] if labels else []
    return _pattern(chosen, names), found, bool(forms), tuple(told)


def _last(name: str) -> str:
    return PurePosixPath(name).name.casefold()


def _root(name: str) -> str:
    return PurePosixPath(name).parts[0] if len(PurePosixPath(name).parts) > 2 else ""


def _weighted(rows: Rows) -> int:
    """Whether a table has a person's weight: 2, any weight: 1."""
    words = {simple(cell) for cell in rows[0]} if rows else set()
    return 2 if words & {"fac sel", "fac per", "factor per"} else int(any(w.startswith(("fac", "pond")) for w in words))


def _breadth(rows: Rows) -> int:
    return len(rows[0]) if rows else 0


def _literal(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)


def _pattern(name: str, names: Sequence[str]) -> str | None:
    """The member's name as the questionnaire says it: what changes with the quarter left open where that is safe."""
    from fnmatch import fnmatchcase

    if len(names) == 1:
        return None
    opened = re.sub(r"\d+", "*", _literal(PurePosixPath(name).name))
    for pattern in (f"*/{opened}", f"*{opened}"):
        if [each for each in names if fnmatchcase(each, pattern)] == [name]:
            return pattern
    return _literal(name)


def without_columns(source: Source, names: Sequence[str]) -> Source:
    """The source without some of its columns."""
    gone = set(names)
    return replace(source, variables=tuple(each for each in source.variables if each.name not in gone))
