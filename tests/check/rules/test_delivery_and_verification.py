"""Files against the last wave's, verified interviews, and Great Expectations' own pages on request."""

import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from pulsometro.check import stage
from pulsometro.check.great_expectations.engine import Engine
from pulsometro.check.rules.delivery import columns_moved, same_again, sample_moved, strata_renumbered
from pulsometro.check.verdict import Verdict
from pulsometro.cli import main
from pulsometro.ingest.stage import run
from pulsometro.study import Study
from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow

WAVE = "2020T1"
ROLE = "phone: telefono, verification: {item: escucha, passed: [correcta], failed: [no coincide]}"
ITEM = (
    "  escucha: {text: Escucha, label: Escucha, private: true, codes: {1: correcta, 2: no coincide, 3: sin escuchar}}\n"
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def _verified(folder: Path, status: list[int | None], role: str = ROLE) -> Study:
    def edit(text: str) -> str:
        return text.replace("delivery:\n", ITEM + "delivery:\n").replace("columns:\n", "columns:\n    escucha: OIDA\n")

    d.prepared(folder, d.good().assign(OIDA=pd.array(status, dtype="Int64")), edit)
    path = folder / "params.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("phone: telefono", role), encoding="utf-8")
    study = d.load_study(folder)
    run(study, WAVE)
    return study


def _rules(verdict: Verdict) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {r.id: (r.count, r.keys) for r in verdict.rules if r.id.startswith("verification")}


def test_failed_verifications_and_who_is_hardly_verified(tmp_path: Path, engine: Engine) -> None:
    """Interviewers take turns of four: the fourth is never listened to, row 5 did not hold."""
    status: list[int | None] = [1 if k % 4 < 3 and k < 12 else (3 if k % 2 else None) for k in range(60)]
    status[4] = 2
    verdict = stage.check_wave(_verified(tmp_path, status), WAVE, engine)
    rules = _rules(verdict)
    assert rules["verification.failed"] == (1, ("F00005",))
    assert rules["verification.share"] == (1, ("folios F00004, F00008 …",))
    assert verdict.tables is not None
    table = {row["key"]: row for row in verdict.tables["verified"]}
    assert table["folios F00001, F00005 …"]["verified"] == 3
    assert table["folios F00001, F00005 …"]["failed"] == 1
    assert verdict.tables["facts"]["verified"] == {"share": 9 / 60, "failed": 1}


def test_a_wave_without_the_status_has_no_such_rules(tmp_path: Path, engine: Engine) -> None:
    verdict = stage.check_wave(_verified(tmp_path, [None] * 60), WAVE, engine)
    assert _rules(verdict) == {}
    study = d.prepared(tmp_path / "plain")
    run(study, WAVE)
    assert _rules(stage.check_wave(study, WAVE, engine)) == {}


def test_a_label_that_the_questionnaire_lacks_is_named(tmp_path: Path, engine: Engine) -> None:
    study = _verified(tmp_path, [1] * 60, ROLE.replace("correcta", "bien"))
    verdict = stage.check_wave(study, WAVE, engine)
    assert verdict.verdict == "stop"
    assert re.search(r"verification\.passed names 'bien'.*correcta, no coincide, sin escuchar", verdict.refused)


def test_columns_that_come_and_go() -> None:
    table, rules = columns_moved(["A", "B", "", "D"], ["A", "C", "B"])
    assert table.loc[table["new"], "key"].tolist() == ["D"]
    assert table.loc[table["gone"], "key"].tolist() == ["C"]
    assert {rule.severity for rule in rules} == {"info"}
    assert len(columns_moved(["A"], ["A"])[0]) == 0


def test_strata_numbered_anew_are_seen_in_the_units_that_stay(tmp_path: Path) -> None:
    study = d.prepared(tmp_path)
    before = pd.DataFrame({"upm": ["1", "1", "2", "3"], "estrato": ["a", "a", "b", "b"]})
    now = pd.DataFrame({"folio": list("acdb"), "upm": ["1", "2", "2", "1"], "estrato": ["x", "b", "b", "x"]})
    assert strata_renumbered(study, now, before) is None
    path = tmp_path / "params.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "  within: municipio", "  within: municipio\n  psu: upm\n  strata: estrato"
    )
    path.write_text(text, encoding="utf-8")
    found = strata_renumbered(d.load_study(tmp_path), now, before)
    assert found is not None
    assert dict(zip(found[0]["key"], found[0]["renumbered"], strict=True)) == {
        "folios a, b …": True,
        "folios c, d …": False,
    }


def test_the_librarys_pages_are_made_only_where_nothing_is_published(tmp_path: Path, monkeypatch) -> None:
    study = d.prepared(tmp_path / "study", d.good().assign(EDAD=lambda f: f["EDAD"].clip(upper=80)))
    run(study, WAVE)
    monkeypatch.chdir(study.root)
    for place in ("processed/docs", "reports", "raw/x"):
        refused = CliRunner().invoke(main, ["check", WAVE, "--data-docs", place])
        assert refused.exit_code == 1
        assert "may not lie under" in refused.output
    before = {p for p in study.root.rglob("*") if "checks" not in p.parts}
    made = CliRunner().invoke(main, ["check", WAVE, "--data-docs", str(tmp_path / "docs")])
    assert made.exit_code == 0, made.output
    assert "they hold respondents' values and load remote addresses" in made.output
    pages = {p.name for p in (tmp_path / "docs").rglob("*.html")}
    assert "index.html" in pages and "respondents.html" in pages
    assert {p for p in study.root.rglob("*") if "checks" not in p.parts} == before
    again = CliRunner().invoke(main, ["check", WAVE, "--data-docs", str(tmp_path / "docs")])
    assert "something is there already" in again.output


def test_no_pages_of_the_library_by_default(tmp_path: Path, engine: Engine) -> None:
    study = d.prepared(tmp_path)
    run(study, WAVE)
    stage.check_wave(study, WAVE, engine)
    assert {p.name for p in (tmp_path / "processed" / "checks").rglob("*.html")} == {f"{WAVE}.html"}


def test_the_same_file_again_stops_the_wave_and_the_same_people_do_not() -> None:
    before = pd.DataFrame({"folio": list("abcd"), "x": [1, 2, None, 4], "y": list("pqrs")})
    shuffled = before.iloc[[2, 0, 3, 1]]
    (table, (rule,)), (other, _) = same_again(shuffled, before, "W"), same_again(before.assign(x=9), before, "W")
    assert table["same_share"].tolist() == [1.0]
    assert other["same_share"].tolist() == [0.0]
    assert rule.severity == "critical"
    assert same_again(before.assign(folio=list("efgh")), before, "W")[0]["same_share"].tolist() == [0.0]


def test_a_place_that_lost_half_of_its_interviews_is_asked_about(tmp_path: Path) -> None:
    study = d.prepared(tmp_path)
    before = pd.DataFrame({"municipio": ["01001"] * 30 + ["01002"] * 10})
    areas = pd.DataFrame({"key": ["01001", "01002", "01003"], "n": [15, 9, 4]})
    found = sample_moved(study, areas, before)
    assert found is not None
    assert found[0]["kept"].tolist() == [0.5, 0.9, 1.0]
    assert found[1][0].limits["min_value"] == pytest.approx(2 / 3)


def test_given_weights_and_units_in_two_strata(tmp_path: Path, engine: Engine) -> None:
    """Row 3 weighs 200 × the median of its place, row 4 nothing at all; unit u1 lies in two strata."""
    factor = [10.0] * 60
    factor[2], factor[3] = 2000.0, -1.0
    frame = d.good().assign(FACTOR=factor, UPM=[f"u{k // 3}" for k in range(60)], EST=[f"e{k // 6}" for k in range(60)])
    frame.loc[3, "EST"] = "e9"
    items = "  factor: {text: F, label: F, kind: number}\n  upm: {text: U, label: U, kind: text}\n"
    items += "  estrato: {text: E, label: E, kind: text}\n"
    columns = "columns:\n    factor: FACTOR\n    upm: UPM\n    estrato: EST\n"
    study = d.prepared(
        tmp_path, frame, lambda t: t.replace("delivery:\n", items + "delivery:\n").replace("columns:\n", columns)
    )
    path = tmp_path / "params.yaml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("weighting:\n"), text.index("estimation:\n")
    given = "weighting:\n  base: {kind: given, weight: factor}\n  psu: upm\n  strata: estrato\n"
    path.write_text(text[:start] + given + text[end:], encoding="utf-8")
    study = d.load_study(tmp_path)
    run(study, WAVE)
    rules = {r.id: r.keys for r in stage.check_wave(study, WAVE, engine).rules if not r.passed}
    assert rules["weight.size"] == ("F00003",)
    assert rules["weight.positive"] == ("F00004",)
    assert rules["design.nested"] == ("folios F00004, F00005 …",)


def test_what_the_weights_are_made_of_must_be_there_and_known(tmp_path: Path, engine: Engine) -> None:
    study = d.prepared(tmp_path, d.good().assign(P1=[9] * 30 + [1] * 30))
    path = tmp_path / "params.yaml"
    text = path.read_text(encoding="utf-8")
    base = "base: {kind: telephone_completes, adults: conf_a, lines: lineas}"
    path.write_text(text.replace("base: {kind: telephone_completes}", base), encoding="utf-8")
    study = d.load_study(tmp_path)
    run(study, WAVE)
    rules = {r.id: r for r in stage.check_wave(study, WAVE, engine).rules}
    assert rules["weight.inputs"].keys == ("lineas",)
    assert rules["weight.inputs"].stops
    assert rules["weight.inputs_known"].keys == ("conf_a", "lineas")
