"""Texts from files and data inside of a format, so that it shows them and obeys none: each format's escape, once.

What needs no escape here has a library that takes text as text: JSON and YAML writers, python-docx and python-pptx,
matplotlib's SVG, pyreadstat's labels, and jinja2 where it escapes by itself. A screen's escape is
``printable.visible``.
"""

import re
from html import escape as _entities

# Everything that begins markup inside of a line, in pandoc's dialect, Quarto's (shortcodes, quotes and dashes made
# typographic, addresses made links) and GitHub's.
_INSIDE = re.compile(r"[\\`*_{}\[\]<>#|$@^~&!\"']|-(?=-)|(?<=-)-|\.(?=\.)|(?<=\.)\.|:(?=//)|(?<=\bwww)\.", re.I)
# What begins a list, a quotation, a definition, a title block or a rule when it stands first.
_FIRST = re.compile(r"(\s*)(?:(\(?(?:\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+))([.)])|([-+:%=]))(?=\s|=|:|-|$)")
# What ends a quoted value or a cell, or begins a shortcode or raw text.
_IN_QUOTES = re.compile(r"[\"&<>\\`{}|'$@*_\[\]~^#]")
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
# Words of a script that runs from the right (Hebrew, Arabic, Syriac and others), with what stands between them.
_RIGHT = "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
_RIGHT_RUN = re.compile(rf"{_RIGHT}(?:[^A-Za-z\u00c0-\u024f]*{_RIGHT})?")
# What a spreadsheet takes for the beginning of a formula when it opens a CSV (OWASP, CSV injection).
_FORMULA = tuple("=+-@\t\r")
# Characters of a header or footer, and of a cell, in Excel's files.
_LONGEST_FOOTER, _LONGEST_CELL = 255, 32_767


def isolated(words: str) -> str:
    """Plain words in which those that run from the right turn nothing around them (first strong isolate, UAX #9).

    Without it a number after an Arabic or Hebrew name is shown before it, and a sentence says another thing. Only
    what is inside of sentences needs it: a cell, a label or a title of its own has nothing beside it.
    """
    return words if words.isascii() else _RIGHT_RUN.sub("\u2068\\g<0>\u2069", words)


def markdown(words: str) -> str:
    r"""Plain words as one run of Markdown: ``*a* #1`` → ``\*a\* \#1``; a new line is a blank."""
    plain = isolated(_BLANKS.sub(" ", words))
    begins = _FIRST.match(plain)
    if begins is None:
        return _INSIDE.sub(r"\\\g<0>", plain)
    before, number, dot, sign = begins.groups()
    first = f"{number.replace('(', chr(92) + '(')}\\{dot}" if number else f"\\{sign}"
    return before + first + _INSIDE.sub(r"\\\g<0>", plain[begins.end() :])


def attribute(words: str) -> str:
    """Plain words between the quotes of an attribute in pandoc's Markdown, inside of a table or of raw HTML too."""
    return _IN_QUOTES.sub(lambda found: f"&#{ord(found[0])};", _BLANKS.sub(" ", isolated(words)))


def html(words: str) -> str:
    """Plain words as HTML or XML, also between the quotes of an attribute."""
    return _entities(isolated(words), quote=True)


def typst_string(words: str) -> str:
    """Plain words as a string of Typst's code, with its quotes."""
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_BLANKS.sub(" ", escaped)}"'


def pandoc_template(words: str) -> str:
    """Text of a target format inside of pandoc's template, where $ begins a variable."""
    return words.replace("$", "$$")


def excel_footer(words: str) -> str:
    """Plain words as part of a header or footer of Excel, where & begins a code; cut where Excel's files end it."""
    plain, room = _BLANKS.sub(" ", words), _LONGEST_FOOTER // 2
    # A digit right after a code that sets a size would be read as part of it: our codes are letters.
    cut = plain if len(plain.replace("&", "&&")) <= room else f"{plain[: room // 2]}…"
    return cut.replace("&", "&&")


def excel_text(words: str) -> str:
    """Plain words as a cell that xlsxwriter writes as text: it would take ``<r>…</r>`` for the parts of a rich text."""
    kept = words if len(words) <= _LONGEST_CELL else f"{words[: _LONGEST_CELL - 1]}…"
    return f"{kept} " if kept.startswith("<r>") and kept.endswith("</r>") else kept


def csv_text(words: str) -> str:
    """Plain words as a quoted cell of a CSV that a spreadsheet opens: what would be a formula begins with '.

    For tables that people read. Released data hold codes and numbers alone, and nothing is put before them.
    """
    kept = f"'{words}" if words.lstrip(" ").startswith(_FORMULA) else words
    return '"' + kept.replace('"', '""') + '"'
