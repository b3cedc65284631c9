"""The team's guide quotes refusals that the code really raises."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_refusal_in_the_guide_is_one_of_the_code() -> None:
    guide = (ROOT / "docs" / "trimestre.md").read_text(encoding="utf-8")
    section = guide.split("### Ponderación")[1].split("###")[0]
    quoted = [
        part.strip(" ,")
        for row in section.splitlines()
        if row.startswith("| `")
        for message in re.findall(r"`([^`]+)`", row.split("|")[1])
        for part in message.split("…")
    ]
    paths = [
        *(ROOT / "pipeline" / "pulsometro" / "weighting").rglob("*.py"),
        ROOT / "pipeline/pulsometro/study/parameter_faults.py",
        ROOT / "pipeline/pulsometro/settings/weighting_settings.py",
        ROOT / "pipeline/pulsometro/estimates/interviewer_effects.py",
    ]
    # Long messages are written in several literals.
    source = re.sub(r'"\s*\n\s*f?"', "", "\n".join(path.read_text(encoding="utf-8") for path in paths))
    assert len(quoted) > 25
    assert [part for part in quoted if part not in source] == []
