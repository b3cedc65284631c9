"""Drives ``dvc repro --keep-going``: one bad wave stops itself and no other, and whoever waits sees how far it is."""

import os
import queue
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pulsometro.common.errors import PulsoError
from pulsometro.graph.dvc_file import refuse_other_graph
from pulsometro.running.chain_plan import planned, targets
from pulsometro.running.dvc_words import heard
from pulsometro.running.lock_mending import has_store, mend_lock
from pulsometro.running.run_record import RunRecord
from pulsometro.running.run_screen import Screen
from pulsometro.running.stage_durations import read_durations, spoken, write_durations
from pulsometro.running.stopping import ended, guarded, sheltered_child
from pulsometro.study import Study
from pulsometro.study.withheld import told, withheld_before

# Seconds between two looks at the clock.
_TICK = 0.5


def run_chain(study: Study, wave: str, quiet: bool) -> int:
    """Bring the study, or what is published of one wave, up to date; DVC's exit code, or a signal's.

    Raises PulsoError where the folder is no DVC project, dvc.yaml is not what params.yaml gives, the wave does not
    exist, or it is withheld.
    """
    if wave:
        study.wave(wave)
    if not (study.root / ".dvc").is_dir():
        raise PulsoError(f"{study.root}: this folder is no DVC project yet; run 'git init' and 'dvc init' in it.")
    refuse_other_graph(study)
    return guarded(lambda: _run(study, wave, Screen(quiet)))


def _run(study: Study, wave: str, screen: Screen) -> int:
    mend_lock(study.root)
    record = RunRecord(planned(study, wave), read_durations(study.root))
    begin = time.monotonic()
    code = _follow(study.root, targets(study, wave), record, screen)
    write_durations(study.root, record.took)
    unchanged = len(record.done) - len(record.ran)
    counted = f"{len(record.ran)} run, {unchanged} not changed"
    if record.skipped:
        counted += f", {record.skipped} not run because of what failed"
    screen.told(f"{len(record.done)} of {len(record.steps)} stages in {spoken(time.monotonic() - begin)}: {counted}.")
    if code == 0:
        _say_end(study, wave, screen)
    return code


def _say_end(study: Study, wave: str, screen: Screen) -> None:
    """Where the reports are, and how to keep what was made; PulsoError where the one wave of the run is withheld."""
    stopped = withheld_before(study, wave, "") if wave else None
    if stopped is not None:
        raise PulsoError(told({wave: stopped}))
    page = study.site / wave / "brief.html" if wave else study.site / "index.html"
    if page.is_file():
        screen.result(f"Reports: {page}")
    elif not study.params.publish.reports:
        screen.result(f"Series: {study.series('')}")
    keep = "dvc push" if has_store(study.root) else "and name a store for the data"
    screen.told(f"To keep what was made: git add -A, git commit, {keep} (docs/trimestre.md, in Spanish, step by step).")


def _follow(root: Path, wanted: tuple[str, ...], record: RunRecord, screen: Screen) -> int:
    """Run DVC and show what it does; its exit code. What DVC itself says is shown where no stage said what is wrong."""
    child = sheltered_child(
        [sys.executable, "-m", "dvc", "repro", "--keep-going", *wanted], _environment(), root,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    own, problems = [], 0
    try:
        for is_problem, line in _lines(child):
            clock = time.monotonic()
            what = heard(line) if line else None
            if what is not None and is_problem and what.kind == "said":
                screen.problem(what.text)
                problems += 1
            elif what is not None:
                own += [what.text] if is_problem and what.text.strip() else []
                for text in record.hear(what, clock):
                    screen.told(text)
            screen.under_way(record.under_way(clock))
        for text in record.end(time.monotonic()):
            screen.told(text)
        code = ended(child.wait())
    finally:
        screen.clear()
    if code and not problems:
        screen.problem("\n".join(own) or f"dvc ended with {code} and said nothing.")
    return code


def _lines(child: subprocess.Popen[bytes]) -> Iterator[tuple[bool, str]]:
    """Lines of both streams as they come, whether they are on stderr, and an empty one at every tick."""
    waiting: queue.SimpleQueue[tuple[bool, str | None]] = queue.SimpleQueue()

    def read(stream: IO[bytes], is_problem: bool) -> None:
        for line in stream:
            waiting.put((is_problem, line.decode(errors="replace")))
        waiting.put((is_problem, None))

    assert child.stdout is not None and child.stderr is not None
    for stream, is_problem in ((child.stdout, False), (child.stderr, True)):
        threading.Thread(target=read, args=(stream, is_problem), daemon=True).start()
    open_ = 2
    while open_:
        try:
            is_problem, line = waiting.get(timeout=_TICK)
        except queue.Empty:
            yield False, ""
            continue
        if line is None:
            open_ -= 1
        else:
            yield is_problem, line


def _environment() -> dict[str, str]:
    """DVC must find the ``pulso`` of this Python on the path, and hand on what it prints at once."""
    beside = [str(Path(sys.executable).parent), sysconfig.get_path("scripts")]
    path = os.pathsep.join([*dict.fromkeys(beside), os.environ.get("PATH", "")])
    # Where a machine forbids bytecode every stage would compile pandas anew, which triples its time.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    own = {"PATH": path, "GX_ANALYTICS_ENABLED": "false", "DVC_NO_ANALYTICS": "1", "PYTHONUNBUFFERED": "1"}
    return {**inherited, **own}
