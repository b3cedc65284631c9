"""Deliveries that can be read and must not be used: the checks stop them, and no weight is made."""

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from pulsometro.cli import main
from pulsometro.study.layout import inside
from tests.bad_inputs import broken as b
from tests.bad_inputs.broken import WAVE, Break
from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow

GIVEN = "weighting:\n  base: {kind: given, weight: factor}\n  strata: municipio\n"
NUMBER = "  factor: {text: Factor, label: Factor, kind: number}\n"


def _swapped_labels(folder: Path) -> None:
    labels = {name: dict(codes) for name, codes in d.LABELS.items()}
    labels["P1"][1], labels["P1"][4] = labels["P1"][4], labels["P1"][1]
    d.write_sav(d.good(), b.raw(folder, "datos.sav"), labels)


def _weights(*first: float) -> Break:
    """A producer's weights, the first of them wrong."""

    def apply(folder: Path) -> None:
        frame = d.good().assign(FACTOR=[*first, *[100.0] * (60 - len(first))])
        d.prepared(
            folder, frame,
            lambda t: t.replace("delivery:\n", NUMBER + "delivery:\n").replace(
                "columns:\n", "columns:\n    factor: FACTOR\n"
            ),
        )  # fmt: skip
        path = folder / "params.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text[: text.index("weighting:")] + GIVEN + text[text.index("estimation:") :], encoding="utf-8")

    return apply


def _rows(change) -> Break:
    return b.table(change)


CASES: dict[str, tuple[Break, str]] = {
    "labels of two codes swapped": (_swapped_labels, "metadata.label_swapped"),
    "an empty municipality": (_rows(lambda f: f[f["MUN"] == "Río Alto"]), "sample.present"),
    "a third of the interviews": (_rows(lambda f: f.iloc[:20]), "sample.minimum"),
    "one interview in ten out of range": (
        _rows(lambda f: f.assign(EDAD=f["EDAD"].mask(f.index < 6, 150))), "quarantine"
    ),
    "skipped questions answered": (
        # Persons' answers, yes and no in turn: of one value in all of them a server could be the author.
        _rows(lambda f: f.assign(P5A=f["P5A"].where((f["P5"] == 1) | (f.index > 30), 1 + f.index // 2 % 2))),
        "quarantine",
    ),
    "a negative weight": (_weights(-5.0), "weight.positive"),
    "weights of zero": (_weights(0.0, 0.0), "weight.positive"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_wave_is_stopped_by_name_and_nothing_follows(case: str, tmp_path: Path, monkeypatch) -> None:
    break_it, rule = CASES[case]
    break_it(tmp_path)
    monkeypatch.chdir(tmp_path)
    read = CliRunner().invoke(main, ["ingest", WAVE])
    assert read.exit_code == 0, read.output
    checked = CliRunner().invoke(main, ["check", WAVE])
    assert checked.exit_code == 1
    assert isinstance(checked.exception, SystemExit)
    assert "STOPS" in checked.output and rule in checked.output
    refused = CliRunner().invoke(main, ["weight", WAVE])
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
    assert refused.output.count("\n") == 1
    assert f"the critical rule {rule}" in refused.output
    assert not (tmp_path / "processed" / WAVE / inside("weights.parquet")).exists()


def test_a_good_delivery_is_not_stopped(tmp_path: Path, monkeypatch) -> None:
    d.prepared(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["ingest", WAVE]).exit_code == 0
    assert CliRunner().invoke(main, ["check", WAVE]).exit_code == 0


def test_an_exchanged_pair_of_deliveries_stops_both(tmp_path: Path, monkeypatch) -> None:
    """Two waves' files put into each other's place: neither is read."""
    d.prepared(tmp_path)
    params = (tmp_path / "params.yaml").read_text(encoding="utf-8")
    entry = params[params.index('  "2020T1":') : params.index("municipalities:")]
    second = entry.replace("2020T1", "2020T2").replace("edition: 1", "edition: 2").replace("2020-01", "2020-05")
    (tmp_path / "params.yaml").write_text(params.replace(entry, entry + second), encoding="utf-8")
    text = d.QUESTIONNAIRE.replace('"2020T1"', '"2020T2"')
    (tmp_path / "questionnaires" / "2020T2.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "raw" / "2020T2").mkdir()
    d.write_csv(d.good(), tmp_path / "raw" / "2020T2" / "datos.csv")
    later = d.good().assign(FECHA=lambda f: pd.to_datetime(f["FECHA"]).add(pd.Timedelta(days=121)).dt.date.astype(str))
    d.write_csv(later, tmp_path / "raw" / "2020T1" / "datos.csv")
    monkeypatch.chdir(tmp_path)
    for wave in ("2020T1", "2020T2"):
        done = CliRunner().invoke(main, ["ingest", wave])
        assert done.exit_code == 1
        assert f"dated outside the fieldwork of {wave}" in done.output
        assert not (tmp_path / "processed" / wave / inside("responses.parquet")).exists()
