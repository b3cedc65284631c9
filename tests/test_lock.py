"""What the comparison of two locks names: what somebody wrote apart from what the pipeline made."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_spec = importlib.util.spec_from_file_location("lock", ROOT / "tools" / "lock.py")
assert _spec is not None and _spec.loader is not None
lock = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(lock)


def test_the_same_lock_differs_in_nothing() -> None:
    text = (ROOT / "dvc.lock").read_text(encoding="utf-8")
    assert lock.differences(text, text) == ([], [])


def test_code_and_what_it_made_are_told_apart() -> None:
    text = (ROOT / "dvc.lock").read_text(encoding="utf-8")
    entries = lock.entries(text)
    code = entries["series", "deps", "processed/program/estimates"]
    table = entries["series", "outs", "processed/series/changes.parquet"]
    other = text.replace(code, "0" * 32).replace(table, "1" * 32)
    assert lock.differences(text, other) == (
        ["processed/program/estimates"],
        ["processed/series/changes.parquet"],
    )


def test_a_stage_that_one_lock_lacks_is_named() -> None:
    text = (ROOT / "dvc.lock").read_text(encoding="utf-8")
    shorter = "schema: '2.0'\nstages:\n" + text[text.index("  series:") :]
    written, _ = lock.differences(text, shorter)
    assert "processed/program/ingest" in written


def test_an_examples_lock_with_other_code_is_stale() -> None:
    ours = (ROOT / "dvc.lock").read_text(encoding="utf-8")
    example = (ROOT / "examples" / "ensu" / "dvc.lock").read_text(encoding="utf-8")
    md5 = lock.entries(ours)["ingest@2013T2", "deps", "processed/program/ingest"]
    assert lock.stale(ours, ours) == []
    assert lock.stale(ours.replace(md5, "0" * 32), ours) == ["processed/program/ingest"]
    code = {path for _, side, path in lock.entries(example) if side == "deps" and path.startswith("processed/program/")}
    assert len(code) > 10
