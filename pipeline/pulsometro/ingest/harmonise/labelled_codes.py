"""Codes that an item does not know and that the file itself labels: what its labels say they are, to be declared."""

from collections.abc import Collection, Mapping

from pulsometro.common.discretion import simple
from pulsometro.ingest.harmonise.areas import Areas
from pulsometro.ingest.harmonise.label_words import labels_of
from pulsometro.ingest.read.delivered import ColumnMetadata, plain_number
from pulsometro.questionnaire.labels_alike import label_key
from pulsometro.questionnaire.model import Column, Item

# A list of municipalities may be the whole country's.
_MOST = 60


def codes_by_labels(
    texts: Collection[str], metadata: ColumnMetadata | None, item: Item, crosswalk: Column, areas: Areas
) -> Mapping[str, int]:
    """Delivered code → the item's, as the file's value labels say; empty where they leave one of ``texts`` unsaid.

    ``texts``: what the column holds. Of codes that are labelled as nothing the item has, only those that no row holds
    are left out.
    """
    if metadata is None or not metadata.labels or len(metadata.labels) > _MOST:
        return {}
    known = labels_of(item, crosswalk)
    found: dict[str, int] = {}
    for code, label in metadata.labels.items():
        if item.kind == "area":
            place = areas.resolve(label) or areas.named_in(label)
            said = int(place) if place is not None and place.isdecimal() else None
        else:
            said = known.get(label_key(label), known.get(simple(label)))
        if said is not None:
            found[plain_number(code)] = said
    held = {plain_number(text) for text in texts if text}
    told = all(text in found or (item.kind == "single" and _missing(text, item)) for text in held)
    return dict(sorted(found.items())) if told and found else {}


def _missing(text: str, item: Item) -> bool:
    return text in {str(code) for code in item.missing}


def labelled_remedy(name: str, crosswalk: Column, codes: Mapping[str, int], wave: str) -> str:
    """What to declare, without a full stop."""
    said = ", ".join(f"{code}: {own}" for code, own in codes.items())
    return (
        "is a code that the crosswalk does not know, and the file's own labels say what each of its codes is; say "
        f"delivery.columns.{name}: {{name: {crosswalk.name}, codes: {{{said}}}}} in {wave}.yaml"
    )
