"""Which parts of the program decide what a stage makes: a room, or a file where a stage needs no more of the room.

A test follows the imports of every stage and holds them against this table.
"""

from collections.abc import Mapping
from types import MappingProxyType

_COMMON = (
    "common/bound.py", "common/counted.py", "common/ending.py", "common/errors.py", "common/files.py",
    "common/sealing.py", "common/whole.py",
)  # fmt: skip
_STUDY = (*_COMMON, "questionnaire", "settings", "study")
# What is shown of a delivery, in a message or on a page.
_SHOWN = ("common/discretion.py", "common/plain_words.py", "common/printable.py")
_SIDE_BY_SIDE = ("common/parallel.py",)
_DELIVERY = ("ingest/delivery_record.py",)
# A verdict holds what the delivery record says of counts, notes and metadata.
_VERDICT = ("check/verdict.py", *_DELIVERY)
_SHARED_WITH_WEIGHTING = (
    "weighting/control_totals.py", "weighting/errors.py", "weighting/population_cells.py", "weighting/totals_grid.py",
)  # fmt: skip
# The tables of raw/population are read as a delivery is.
_POPULATION = ("ingest/read", "weighting/named_items.py", "weighting/population_table.py")
# What the replicates are stands in the weights' record.
_RECORD = (*_SHARED_WITH_WEIGHTING, "weighting/record.py")
# Which cells of a wave nobody may see, and tables without them.
_SUPPRESSED = ("suppression/suppressed_cells.py",)
_ESTIMATES = ("estimates/interviewer_effects.py", "estimates/stage.py", *_RECORD)
_REPORTING = (
    *_STUDY, *_SIDE_BY_SIDE, "common/escapes.py", "common/version.py", "recompute/opinion_record.py", "reporting",
    "style", *_SUPPRESSED, *_VERDICT, *_RECORD,
)  # fmt: skip
# Stage → parts of the package. Those that always run (program, deliveries) need not be told when they change.
NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "settings": _STUDY,
        "simulate": (*_STUDY, *_SIDE_BY_SIDE, "simulate"),
        "ingest": (*_STUDY, *_SHOWN, "common/secret_keys.py", "ingest"),
        "check": (
            *_STUDY, "check", *_SHOWN, *_SIDE_BY_SIDE, "common/version.py", "style",
            *_DELIVERY, *_SHARED_WITH_WEIGHTING, *_POPULATION, "weighting/arrays.py", "weighting/base/probabilities.py",
        ),
        "weight": (
            *_STUDY, *_VERDICT, *_SHOWN, "common/kept_rows.py", "common/secret_keys.py", "disclosure", "ingest/read",
            "weighting",
        ),
        "estimate": (*_STUDY, *_ESTIMATES, "estimation"),
        "protect": (*_STUDY, "common/kept_rows.py", "suppression"),
        "audit": (*_STUDY, "common/kept_rows.py", "audit", "suppression"),
        "series": (
            *_STUDY, "common/escapes.py", "estimates", "estimation", *_RECORD, "style/vocabulary.py", *_SUPPRESSED,
        ),
        "recompute": (*_STUDY, *_ESTIMATES, "estimation", "recompute"),
        "report": _REPORTING,
        "site": _REPORTING,
        "release": (
            *_STUDY, *_SIDE_BY_SIDE, "common/escapes.py", "common/kept_rows.py", "common/secret_keys.py",
            "common/version.py", "disclosure", "release", "style/spanish.py", *_RECORD,
            "weighting/emptied_keys.py", "weighting/study_key.py",
        ),
        "verdict": _STUDY,
    }
)  # fmt: skip


def fingerprint_name(part: str) -> str:
    """The file below ``processed/program`` that tells when a part changes: ``check/verdict.py`` → ``check.verdict``."""
    return part.removesuffix(".py").replace("/", ".")
