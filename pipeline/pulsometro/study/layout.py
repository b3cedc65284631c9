"""Where the files of a wave lie below ``processed/<wave>/``: a folder a stage, so that a stage owns its folder whole.

A folder holds what its stage made, or ``withheld.json`` alone, which says why it made nothing.
"""

from collections.abc import Mapping

# The stages of a wave in their order: ``audit`` comes after the waves are put together, and the last two publish.
STAGES = ("ingest", "weight", "estimate", "protect", "audit", "report", "release")
# Of a stage for all waves that leaves a folder in each: no wave stops there.
BESIDE = ("recompute",)
# File → the stage that makes it.
MADE_BY: Mapping[str, str] = {
    "responses.parquet": "ingest",
    "quarantine.parquet": "ingest",
    "delivery.json": "ingest",
    "attempts.parquet": "ingest",
    "weights.parquet": "weight",
    "released_keys.parquet": "weight",
    "weighting.json": "weight",
    "estimates.parquet": "estimate",
    "interviewers.parquet": "estimate",
    "suppressed.parquet": "protect",
    "audit.json": "audit",
    "second_opinion.json": "recompute",
}


def inside(name: str) -> str:
    """The path of a wave's file below its folder: its stage's folder and its name."""
    return f"{MADE_BY[name]}/{name}" if name in MADE_BY else name
