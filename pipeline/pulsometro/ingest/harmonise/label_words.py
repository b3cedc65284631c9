"""Labels that came instead of codes: compared as municipalities are, never guessed."""

import re
from collections.abc import Collection, Mapping

from pulsometro.common.discretion import simple
from pulsometro.ingest.read.delivered import plain_number
from pulsometro.questionnaire.labels_alike import label_key
from pulsometro.questionnaire.model import Column, Item, MissingKind

# What files call a missing answer. 'na' is also what R writes where there is none.
MISSING_LABELS: Mapping[MissingKind, set[str]] = {
    "no_sabe": {"no sabe", "ns", "no sabe no recuerda", "no sabe no responde"},
    "no_contesta": {
        "no contesta",
        "nc",
        "no contesto",
        "no responde",
        "nr",
        "no respondio",
        "sin respuesta",
    },
    "no_aplica": {"no aplica", "na", "no se pregunto", "no procede"},
}
# How producers label a number that is no answer, beside those: "Edad no especificada", "No sabe / No responde".
_NO_NUMBER = re.compile(
    r"(?:[a-z]+ )?no especificad[oa](?: .*)?|(?:no sabe|ns)(?: no (?:contesta|responde|recuerda|sabe)| n[cr])+|"
    r"no (?:quiso|quiere) (?:contestar|responder|decir)|prefiere no (?:contestar|responder|decir)|se nego|rehuso|"
    r"sin (?:dato|datos|informacion)|don t know|dk|refused|no answer|not (?:asked|applicable|stated)|missing"
)
# What other firms and programs write for one answer.
_ONE: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split())
    for words in ("hombre hombres masculino male varon man", "mujer mujeres femenino female woman",
                  "si yes verdadero true", "no false falso")
)  # fmt: skip
_BOTH = re.compile(r"[(\[]?([0-9]{1,4})[)\]]?\s*[.:)\-=]?\s+(\D.*)")
NO_LABEL = frozenset({"na"})


def labels_of(item: Item, crosswalk: Column) -> dict[str, int]:
    """Key of a label → canonical code: the declared ones, then the item's own and those of its missing codes.

    A label that stands for two codes stands for none.
    """
    declared = [(label_key(text), code) for text, code in crosswalk.codes.items()]
    own = [(label_key(label), code) for code, label in item.codes.items()]
    missing = [(word, code) for code, kind in item.missing.items() for word in MISSING_LABELS[kind] - NO_LABEL]
    found: dict[str, int] = {}
    for pairs in (declared, own, missing):
        codes: dict[str, set[int]] = {}
        for key, code in pairs:
            codes.setdefault(key, set()).add(code)
        found = {key: next(iter(of)) for key, of in codes.items() if key and len(of) == 1} | found
    return found


def _named(text: str, labels: Mapping[str, int], codes: Mapping[str, int]) -> int | None:
    """The code of a label, also where its own code stands before it: '1. Mucha', '(1) Mucha'."""
    code = labels.get(label_key(text))
    both = None if code is not None else _BOTH.fullmatch(text.strip())
    if both is None:
        return code
    code = labels.get(label_key(both[2]))
    return code if code is not None and code == codes.get(plain_number(both[1])) else None


def codes_of(
    texts: Collection[str], table: Mapping[str, int], item: Item, crosswalk: Column, codes: Mapping[str, int]
) -> dict[str, int | None]:
    """Text → canonical code by its label, of those texts that ``table`` does not know; ``codes``: every delivered code.

    Where labels came, a text that is one code and another code's label is neither: it is in the answer with None.
    """
    labels = labels_of(item, crosswalk)
    named = {text: _named(text, labels, codes) for text in texts if text not in table}
    found = {text: code for text, code in named.items() if code is not None}
    if not found or crosswalk.codes:
        return dict(found)
    double = [text for text in texts if text in table and labels.get(label_key(text), table[text]) != table[text]]
    return {**found, **dict.fromkeys(double)}


def no_number(label: str) -> bool:
    """Whether a file's label of a number says that it is no answer.

    >>> [no_number(text) for text in ("No sabe", "Edad no especificada", "98. NS/NC", "97 años y más", "Ninguno")]
    [True, True, True, False, False]
    """
    said = simple(re.sub(r"^\W*\d+\b\W*(?=\w)", "", label))
    return any(said in words for words in MISSING_LABELS.values()) or bool(_NO_NUMBER.fullmatch(said))


def same_words(label: str, own: str) -> bool:
    """Whether a file's label is a code's own, or another usual word for it.

    >>> same_words("HOMBRE", "hombre"), same_words("Male", "hombre"), same_words("Female", "hombre")
    (True, True, False)
    """
    said, wanted = simple(label), simple(own)
    return said == wanted or any(said in words and wanted in words for words in _ONE)


def initials_of(labels: Mapping[int, str], item: Item) -> Mapping[str, str]:
    """Initial → the label it stands for, where the file writes the initials of all answers: 'H' and 'M'.

    ``labels``: code → the file's label. Empty where one is longer, or two answers begin alike.
    """
    answers = {code: simple(label) for code, label in labels.items() if code in item.codes}
    own = {simple(label)[:1]: label for label in item.codes.values()}
    whole = len(own) == len(item.codes) == len(set(answers.values()))
    return own if whole and set(answers.values()) == set(own) else {}
