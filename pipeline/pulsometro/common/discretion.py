"""What a message, a record or a page may show of a text that a delivery holds where nobody expected it.

Such a text may be somebody's name, telephone, address or date in the wrong column. Shown is what is like a word that
was declared for that place, and a number of few digits; of anything else its shape, and the file, column and row beside
it tell where it stands.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable

from pulsometro.common.plain_words import NUMBERS, SMALL, STANDARD, WORDS
from pulsometro.common.printable import hidden as unseen
from pulsometro.common.printable import named

# A code, a count, an age, minutes: no telephone, date, post code or key of a person has so few.
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{1,2})?")
_NO_LETTERS = re.compile("[^a-z0-9]+")
_RUNS = re.compile(r"[^\W\d_]+|\d+")
# Of a heading, a sheet or a file: as in P5[SQ001], VAR00001, cb_0624.
_MOST_DIGITS = 4
_BY_DEFAULT = re.compile(r"(?:VAR|V)\d{1,5}", re.IGNORECASE)
_PLACE = re.compile(r"col\. \d+ \([A-Z]+\)")
_QUOTED = re.compile(r"b?(?P<mark>['\"`«]).*")
_DIGITS = re.compile(r"\d{4,}")


def simple(text: str) -> str:
    """Without accents, capitals, punctuation or repeated blanks: 'Gral.  Escobedo ' → 'gral escobedo'."""
    if text.isascii():
        return _NO_LETTERS.sub(" ", text.lower()).strip()
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", letters).strip()


def quoted(text: str, like: Iterable[str] = (), hidden: Collection[str] = ()) -> str:
    """A value for an English sentence: in quotes where it may be shown, else its shape.

    ``like``: labels and codes that were declared for its place; ``hidden``: what is never shown (ids of interviewers).

    >>> quoted("Sequro", ["seguro"]), quoted("77"), quoted("María Luz", ["mucha"])
    ("'Sequro'", "'77'", 'a text of 8 letters, 1 blank')
    """
    return f"'{named(text)}'" if text not in hidden and recognised(text, like) else shape(text)


def recognised(text: str, like: Iterable[str] = ()) -> bool:
    """Whether a value is a number of few digits, a usual word for no answer, or like one of the declared texts."""
    plain = text.strip()
    if _NUMBER.fullmatch(plain) or len(plain) <= 1 or simple(plain) in STANDARD:
        return True
    written_out = {word for word in simple(plain).split() if len(word) > 1}
    return (bool(written_out) and written_out <= NUMBERS) or any(alike(plain, label) for label in like)


def alike(text: str, label: str) -> bool:
    """Whether a text is a declared one, or that with a slip of the pen or a word cut short.

    Word by word in order, all of them: 'Ana López' is not 'Santa Ana de López', nor 'Nadia' 'nada'.
    """
    words, known = _words(text), _words(label)
    if not words or len(words) != len(known):
        return bool(simple(text)) and simple(text) == simple(label)
    exact = [a == b for a, b in zip(words, known, strict=True)]
    others = any(exact)
    return all(same or _slipped(a, b, others) for a, b, same in zip(words, known, exact, strict=True))


def plain(text: str, words: Collection[str] = frozenset(), hidden: Collection[str] = ()) -> bool:
    """Whether a heading, a label or a sheet's name holds known words, single letters and few digits alone.

    ``words``: those that the study itself uses, as ``simple`` gives them.
    """
    if text in hidden:
        return False
    if _BY_DEFAULT.fullmatch(text):
        return True
    runs = _RUNS.findall(simple(text))
    letters = [run for run in runs if not run.isdigit()]
    digits = sum(len(run) for run in runs if run.isdigit())
    if not letters:
        return bool(_NUMBER.fullmatch(text)) or not runs
    # S4, CP1_1, P5[SQ001]; but two letters alone may be somebody's.
    short = 2 if digits and len(letters) <= 2 else 1
    most = _MOST_DIGITS if len(letters) <= 2 else 0
    known = (run in words or run in WORDS or len(run) <= short for run in letters)
    # Initials, with points or without, are no word.
    return all(known) and digits <= most and not (len(letters) > 1 and all(len(run) == 1 for run in letters))


def place_of(number: int) -> str:
    """A column by its place: ``col. 33 (AG)``, in Spanish as in English.

    >>> place_of(33)
    'col. 33 (AG)'
    """
    letters, rest = "", number
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(ord("A") + last) + letters
    return f"col. {number} ({letters})"


def told_by_place(heading: str) -> bool:
    """Whether a heading was replaced by its place, which says nothing of another file's."""
    return bool(_PLACE.fullmatch(heading))


def shape(text: str) -> str:
    """What a text is made of: 'a text of 14 letters, 2 blanks', 'a number of 10 digits'; what nobody sees is named.

    >>> shape("1\u200b")
    'a text of 1 digit, 1 invisible (<U+200B>)'
    """
    if text.strip().isdecimal():
        return f"a number of {len(text.strip())} digits"
    invisible = [c for c in text if unseen(c)]
    seen = [c for c in text if not unseen(c)]
    letters, digits = sum(c.isalpha() for c in seen), sum(c.isdigit() for c in seen)
    blanks = sum(c.isspace() for c in seen)
    marks = len(seen) - letters - digits - blanks
    kinds = {"letter": letters, "digit": digits, "blank": blanks, "mark": marks, "invisible": len(invisible)}
    some = [f"{n} {kind}{'s' * (n != 1 and kind != 'invisible')}" for kind, n in kinds.items() if n]
    which = f" ({named(''.join(list(dict.fromkeys(invisible))[:3]))})" if invisible else ""
    return f"a text of {', '.join(some)}{which}"


def without_values(message: str) -> str:
    """A library's message without what it may quote out of a file: up to the first quote, no long number."""
    words = _DIGITS.sub("…", _QUOTED.sub("…", message))
    return words.partition(": ")[0].strip(" :")


def _words(text: str) -> list[str]:
    """The words that tell texts apart; all of them where there are only small ones."""
    every = simple(text).split()
    return [word for word in every if word not in SMALL] or every


def _slipped(word: str, known: str, others: bool) -> bool:
    """Whether a word is another with one slip; ``others``: some word beside it is exactly as declared."""
    if word.isdigit() or known.isdigit():
        return False
    if others and len(word) < len(known) and word[0] == known[0] and _within(word, known):
        return True
    return len(known) >= (4 if others else 5) and _one_edit(word, known)


def _within(word: str, known: str) -> bool:
    """Whether the letters of a shortened word stand in the whole one in order: 'gral' in 'general'."""
    rest = iter(known)
    return all(letter in rest for letter in word)


def _one_edit(a: str, b: str) -> bool:
    """Whether one letter is another, too many, missing or exchanged with its neighbour (Damerau 1964)."""
    if len(a) > len(b):
        a, b = b, a
    start = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(b) - len(a) == 1:
        return a[start:] == b[start + 1 :]
    if len(a) != len(b):
        return False
    turned = a[start : start + 2] == b[start : start + 2][::-1] and a[start + 2 :] == b[start + 2 :]
    return turned or a[start + 1 :] == b[start + 1 :]
