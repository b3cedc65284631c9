"""What somebody delivered where a simulated wave's file would stand is refused, and never made over."""

import shutil
from pathlib import Path

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.graph.dvc_file import write_graph
from pulsometro.graph.stage import run_program
from pulsometro.simulate import stage as simulate
from pulsometro.study import Study, load_study
from pulsometro.study.simulated_files import begin, end, files_of, refuse_delivered
from tests.small_study import ROOT, dump, load

WAVE = "2013T2"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    shutil.copy(ROOT / "params.yaml", tmp_path / "params.yaml")
    shutil.copytree(ROOT / "questionnaires", tmp_path / "questionnaires")
    for name in ("population", "reference"):
        shutil.copytree(ROOT / "raw" / name, tmp_path / "raw" / name)
    (tmp_path / "raw" / WAVE).mkdir()
    return load_study(tmp_path)


def _write(study: Study, text: str) -> None:
    for path in files_of(study, WAVE):
        path.write_text(text, encoding="utf-8")


def test_what_was_simulated_may_be_made_anew(study: Study) -> None:
    refuse_delivered(study)
    begin(study, WAVE)
    _write(study, "half")
    refuse_delivered(study)  # killed here, the next run goes on
    _write(study, "whole")
    end(study, WAVE)
    refuse_delivered(study)


def test_a_delivered_file_is_not_made_over_and_the_remedy_keeps_it(study: Study) -> None:
    begin(study, WAVE)
    _write(study, "simulated")
    end(study, WAVE)
    study.raw(WAVE).write_text("delivered", encoding="utf-8")
    write_graph(study)
    for run in (run_program, simulate.run):
        with pytest.raises(PulsoError, match=rf"pulso_{WAVE}\.sav: it was not simulated.*remove that line"):
            run(study)
    assert study.raw(WAVE).read_text(encoding="utf-8") == "delivered"
    params = load(study.root / "params.yaml")
    del params["waves"][WAVE]["simulated"]
    dump(params, study.root / "params.yaml")
    write_graph(load_study(study.root))
    run_program(load_study(study.root))


def test_what_a_store_brought_is_known_by_the_lock(study: Study) -> None:
    _write(study, "pulled")
    with pytest.raises(PulsoError, match="it was not simulated"):
        refuse_delivered(study)
    outs = "".join(
        f"    - path: {path.relative_to(study.root).as_posix()}\n      md5: b9ee78e9acaa33cb2f0c84ca6f7e8a5c\n"
        for path in files_of(study, WAVE)
    )
    lock = study.root / "dvc.lock"
    lock.write_text(f"schema: '2.0'\nstages:\n  simulate:\n    cmd: x\n    outs:\n{outs}", encoding="utf-8")
    with pytest.raises(PulsoError, match="it was not simulated"):
        refuse_delivered(study)
    import hashlib

    text = lock.read_text(encoding="utf-8").replace(
        "b9ee78e9acaa33cb2f0c84ca6f7e8a5c", hashlib.md5(b"pulled", usedforsecurity=False).hexdigest()
    )
    lock.write_text(text, encoding="utf-8")
    refuse_delivered(study)
    lock.write_text("<<<<<<< HEAD\n", encoding="utf-8")
    with pytest.raises(PulsoError, match="it was not simulated"):
        refuse_delivered(study)
