"""Labels and numbers that say that there is no answer, as files write them."""

from collections.abc import Collection, Mapping

from pulsometro.common.discretion import simple
from pulsometro.ingest.harmonise.label_words import MISSING_LABELS, NO_LABEL
from pulsometro.questionnaire.model import MissingKind

# Beside those that ingest knows: what a person reads as no answer and a program must be told.
_MORE: Mapping[MissingKind, frozenset[str]] = {
    "no_sabe": frozenset({
        "no sabe no contesta", "no sabe no contesto", "no sabe no respondio", "ns nc", "ns nr", "nsnc", "nsnr",
        "no sabe no recuerda", "no recuerda", "no sabria decir", "no sabe no esta seguro", "dont know", "don t know",
        "dk", "do not know", "no sabe ns", "no se",
    }),
    "no_contesta": frozenset({
        "no especificado", "no especifica", "rehusa", "rehuso", "rechazo", "se nego", "se niega a contestar",
        "no quiso contestar", "prefiere no contestar", "prefiere no decir", "prefiero no contestar",
        "prefiero no decir", "prefiero no decirlo", "prefiere no responder", "refused", "rf", "no answer", "missing",
        "perdido", "sin dato", "no contesta nc", "rehusa contestar", "refused to answer", "no contestado",
    }),
    "no_aplica": frozenset({
        "blanco por pase", "blanco por secuencia", "not applicable", "inap", "pase", "no le aplica", "sin preguntar",
        "no corresponde", "logical skip",
    }),
}  # fmt: skip
# Numbers at the end of a scale of their own, and what they usually say.
USUAL: Mapping[int, MissingKind] = {
    98: "no_sabe", 99: "no_contesta", 998: "no_sabe", 999: "no_contesta", 9998: "no_sabe", 9999: "no_contesta",
    99998: "no_sabe", 99999: "no_contesta", 999999: "no_contesta", 888: "no_sabe", 88: "no_sabe", -98: "no_sabe",
    -99: "no_contesta", -88: "no_sabe", -1: "no_contesta",
}  # fmt: skip


def missing_kind(label: str) -> MissingKind | None:
    """The kind of missing that a label says, None where it is an answer.

    >>> missing_kind("No sabe / No responde"), missing_kind("NS/NC"), missing_kind("No")
    ('no_sabe', 'no_sabe', None)
    """
    said = simple(label)
    for kind, words in MISSING_LABELS.items():
        if said in words - NO_LABEL or said in _MORE[kind]:
            return kind
    return None


def usual_missing(values: Collection[float], most: float | None) -> dict[int, MissingKind]:
    """Numbers of a column that stand far from all others and usually say that there is no answer.

    ``most``: the greatest that an answer can be, None where nothing says it.
    """
    held = sorted(values)
    rest = [value for value in held if value not in USUAL]
    if not rest:
        return {}
    top, low = (max(rest) if most is None else most), min(rest)
    # 99 after 97 is an age; after 12 it is none.
    return {
        int(value): USUAL[int(value)]
        for value in held
        if value in USUAL
        and ((value > 0 and (value > 2 * top or (most is not None and value > most))) or value < min(0, low))
    }
