"""A whole study with thin cells: no file of what is published holds one, and what gives one away stops its wave."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.audit import stage as audit
from pulsometro.common.files import read_record, read_table, write_table
from pulsometro.estimates import series
from pulsometro.reporting.row_key import RowKey
from pulsometro.study import Study, load_study
from pulsometro.study.withheld import WaveWithheld, Withheld, read_withheld, write_withheld
from pulsometro.suppression import stage as protect
from pulsometro.suppression.cell_suppression import suppressed_in
from pulsometro.suppression.ledger import read_ledger
from pulsometro.suppression.stage import circle_of
from pulsometro.suppression.suppressed_cells import KEYS, NAME, CellKey, hidden, load_suppressed
from tests.reporting import checking_files, reading
from tests.small_study import dump, load
from tests.tiny_study import PLACES, WAVES, make, write_study

pytestmark = pytest.mark.slow

LAST = WAVES[-1]
CROSSED = [[], ["municipio"], ["sexo"], ["municipio", "sexo"], ["municipio", "sexo", "edad2"]]
SENSITIVE = {"items.victima.sensitive": True, "items.denuncia.sensitive": True}
# Counts and levels are anybody's; what is left of a row of estimates is nobody else's.
FIGURES = ("estimate", "se", "ci_low", "ci_high", "cv", "deff", "n_eff")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Two waves of a small survey with a crossing that has few people, published."""
    folder = tmp_path_factory.mktemp("thin")
    write_study(folder, {"estimation.domains": CROSSED, "publish.release": False}, SENSITIVE)
    path = folder / "raw" / LAST / "datos.csv"
    rows = pd.read_csv(path, dtype=str)
    # Two victims in one place; in a group of another place every one of a dozen reported.
    spared = rows.index[(rows["municipio"] == PLACES[0]) & (rows["victima"] == "1")][2:]
    rows.loc[spared, ["victima", "denuncia"]] = ["2", None]
    group = (rows["municipio"] == PLACES[1]) & (rows["sexo"] == "1") & (rows["edad2"] == "1")
    rows.loc[group & (rows["victima"] == "1"), "denuncia"] = "1"
    rows.to_csv(path, index=False)
    return make(folder, reports=False)


@pytest.fixture
def study(made: Study, tmp_path: Path) -> Study:
    """The same in a folder of its own, to do harm to."""
    shutil.copytree(made.root, tmp_path / "study", ignore=shutil.ignore_patterns("site"))
    return load_study(tmp_path / "study")


def gone(study: Study) -> dict[str, frozenset[CellKey]]:
    return {wave: load_suppressed(study.processed(wave, NAME)) for wave in WAVES}


def values(study: Study) -> set[float]:
    """The figures of withheld cells that no published row has as well."""
    secret: set[float] = set()
    common: set[float] = {0.0, 1.0}
    for wave in WAVES:
        rows = read_table(study.processed(wave, "estimates.parquet"))
        unseen = hidden(rows, gone(study))
        secret |= set(rows.loc[unseen, list(FIGURES)].to_numpy(dtype=float).ravel().tolist())
        common |= set(rows.loc[~unseen, list(FIGURES)].to_numpy(dtype=float).ravel().tolist())
    # What few digits write is a share of other people as well.
    return {value for value in secret - common if np.isfinite(value) and len(f"{value:.10g}") > 8}


def numbers(content: object) -> Iterator[float]:
    if isinstance(content, dict):
        for value in content.values():
            yield from numbers(value)
    elif isinstance(content, list):
        for value in content:
            yield from numbers(value)
    elif isinstance(content, float):
        yield content


def test_the_study_has_thin_cells_of_every_kind(made: Study) -> None:
    waves = {wave: read_table(made.processed(wave, "estimates.parquet")) for wave in WAVES}
    reasons = {
        str(why) for wave, rows in waves.items() for why in suppressed_in(rows, circle_of(made, wave), ()).values()
    }
    assert reasons >= {"small_base", "small_count", "all_or_none", "complement"}
    assert len(values(made)) > 50
    told = read_record(made.processed(LAST, "audit.json"))
    assert told["suppressed"] == len(gone(made)[LAST]) > 0
    # Whoever has the fingerprint of a file of few possible contents has its content: no reason, no width, no count of
    # thin cells stands in what dvc.lock names.
    assert set(told) == {"wave", "published", "suppressed", "universes"}
    assert list(read_table(made.processed(LAST, NAME))) == list(KEYS)


def test_no_file_of_the_series_holds_a_withheld_figure(made: Study) -> None:
    secret, cells = values(made), gone(made)
    files = [path for path in sorted(made.series("").rglob("*")) if path.is_file()]
    assert {path.suffix for path in files} == {".parquet", ".json", ".csv"}
    for path in files:
        if path.suffix == ".json":
            assert secret.isdisjoint(numbers(json.loads(path.read_text(encoding="utf-8")))), path
            continue
        table = read_table(path) if path.suffix == ".parquet" else pd.read_csv(path)
        floats = table.select_dtypes("floating")
        assert secret.isdisjoint(floats.to_numpy(dtype=float).ravel().tolist()), path
        if path.name != NAME and set(KEYS) <= set(table):
            assert not hidden(table, cells).any(), path
    # Nor is it said why: who knows that a count is small knows it.
    assert list(read_table(made.series(f"waves/{LAST}/{NAME}"))) == ["wave", *KEYS]


def test_nobody_learns_the_victims_from_who_was_asked_whether_they_reported(made: Study) -> None:
    """The base of the question that is put to victims counts them; the table of estimates shows every base."""
    shown = read_table(made.series("estimates.parquet"))
    asked = shown[(shown["wave"] == LAST) & (shown["indicator"] == "denunciaron")]
    victims = {(key.domain_kind, key.domain) for key in gone(made)[LAST] if key.indicator == "victimas"}
    assert victims and len(asked)
    assert victims.isdisjoint(asked[["domain_kind", "domain"]].itertuples(index=False, name=None))


def test_no_page_paper_or_workbook_shows_a_withheld_cell(made: Study) -> None:
    keys = {str(RowKey(wave, *key)) for wave, cells in gone(made).items() for key in cells}
    pages = sorted(made.site.rglob("*.html"))
    assert len(pages) > 8
    for path in pages:
        assert keys.isdisjoint(piece.key for piece in reading.read_page(path.read_text(encoding="utf-8"))), path
    for path in sorted((made.root / "processed/printed").glob("*.parquet")):
        assert keys.isdisjoint(read_table(path)["key"].astype(str)), path
    book = checking_files.workbook(made.site / LAST / "tabulados.xlsx")
    assert keys.isdisjoint(str(cell) for rows in book.values() for row in rows for cell in row)
    assert "[c]" in {str(cell) for rows in book.values() for row in rows for cell in row}


def put_back(study: Study, wave: str) -> CellKey:
    """A withheld cell among the published estimates again."""
    cell = sorted(gone(study)[wave])[0]
    path = study.series(f"waves/{wave}/estimates.parquet")
    truth = read_table(study.processed(wave, "estimates.parquet"))
    write_table(pd.concat([read_table(path), truth[hidden(truth, {wave: [cell]})]], ignore_index=True), path)
    return cell


def test_what_is_given_away_stops_the_wave_and_is_mended_as_the_message_says(study: Study) -> None:
    cell = put_back(study, LAST)
    with pytest.raises(WaveWithheld) as stop:
        audit.run(study, LAST)
    assert f"{cell.indicator} / {cell.category} in {cell.domain_kind} {cell.domain} is withheld" in str(stop.value)
    assert "stands in estimates.parquet" in str(stop.value) and "run 'pulso protect" in str(stop.value)
    assert read_withheld(study, LAST, "audit") is not None
    protect.run(study, LAST)
    series.run(study)
    assert "none given away" in audit.run(study, LAST)


def test_the_ledger_holds_what_was_withheld_and_a_second_run_writes_the_same(study: Study) -> None:
    before = {path: path.read_bytes() for path in study.root.rglob("*") if path.is_file()}
    assert read_ledger(study, LAST) == set(gone(study)[LAST])
    protect.run(study, LAST)
    audit.run(study, LAST)
    assert {path: path.read_bytes() for path in study.root.rglob("*") if path.is_file()} == before


def test_a_version_with_fewer_interviews_withholds_what_the_first_did(study: Study) -> None:
    """Nothing is thin by the second version's rule: what the first withheld stays withheld and unpublished."""
    first = set(gone(study)[LAST])
    params = load(study.root / "params.yaml")
    params["report"]["confidentiality"] = {"min_base": 0, "min_count": 0, "min_base_all": 0}
    dump(params, study.root / "params.yaml")
    second = load_study(study.root)
    assert f"{len(first)} earlier_version" in protect.run(second, LAST)
    series.run(second)
    shown = read_table(second.series("estimates.parquet"))
    assert not hidden(shown, {LAST: first}).any()
    # A wave whose ledger was taken from git again is free of what was only tried.
    second.ledger(LAST).write_text(",".join(KEYS) + "\n", encoding="utf-8")
    assert "0 of" in protect.run(second, LAST)


def test_a_wave_that_stopped_before_keeps_its_ledger_and_is_handed_on(study: Study) -> None:
    """DVC asks for every file that a stage makes, whatever became of the wave."""
    kept = study.ledger(LAST).read_bytes()
    write_withheld(study, Withheld(LAST, "ingest", "raw", "cut off", "send it again"), "ingest")
    for stage in (protect, audit):
        with pytest.raises(WaveWithheld, match="cut off"):
            stage.run(study, LAST)
    assert study.ledger(LAST).read_bytes() == kept
    study.ledger(LAST).unlink()
    with pytest.raises(WaveWithheld):
        protect.run(study, LAST)
    assert read_ledger(study, LAST) == frozenset() and study.ledger(LAST).is_file()


def test_a_ledger_that_is_none_stops_the_wave(study: Study) -> None:
    study.ledger(LAST).write_text("una nota\n", encoding="utf-8")
    with pytest.raises(WaveWithheld, match=r"processed/suppressed/2021T2\.csv: it is not the list .*git checkout"):
        protect.run(study, LAST)
    assert series.run(study).endswith(f" Left out: {LAST} (by 'protect').")


def test_what_is_published_after_it_was_withheld_stops_the_wave(study: Study) -> None:
    cell = CellKey("inseguro", "poco o nada seguro", "proportion", "total", "total")
    ledger = study.ledger(LAST)
    ledger.write_text(ledger.read_text(encoding="utf-8") + ",".join(cell) + "\n", encoding="utf-8")
    with pytest.raises(WaveWithheld, match="withheld and was withheld in an earlier version and stands in estimates"):
        audit.run(study, LAST)
