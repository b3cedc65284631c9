"""A new wave from the last one: nothing else changes, and what is not sure stays TODO."""

import difflib
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.graph.dvc_file import refuse_other_graph, write_graph
from pulsometro.ingest.stage import run
from pulsometro.study import Study, load_study
from pulsometro.wave.entries import params_entry, shifted
from pulsometro.wave.new import new_wave
from tests.bad_inputs import codes_numbers as codes
from tests.ingest import deliveries as d


@pytest.fixture
def study(tmp_path: Path) -> Study:
    prepared = d.prepared(tmp_path)
    write_graph(prepared)
    return prepared


def _added(before: str, after: str) -> list[str]:
    changes = [x for x in difflib.ndiff(before.splitlines(), after.splitlines()) if x[0] in "+-"]
    assert not [x for x in changes if x[0] == "-"]
    return [x[2:] for x in changes]


def test_entries_are_put_in_and_no_other_line_moves(study: Study) -> None:
    before = (study.root / "params.yaml").read_text(encoding="utf-8")
    said = new_wave(study, "2020T2", "2020T1")
    added = _added(before, (study.root / "params.yaml").read_text(encoding="utf-8"))
    assert '  "2020T2":' in added
    assert any('start: "2020-04-06", end: "2020-04-30"' in line for line in added)
    assert any('period: "abril de 2020"' in line for line in added)
    again = load_study(study.root)
    refuse_other_graph(again)
    assert again.wave("2020T2").edition == 2
    assert again.questionnaire("2020T2").wave == "2020T2"
    assert "put it at raw/2020T2/datos.csv" in said


def test_a_delivery_that_fits_is_ready_to_ingest(study: Study, tmp_path: Path) -> None:
    frame = d.good(seed=9)
    frame["FECHA"] = frame["FECHA"].str.replace("2020-01", "2020-04")
    d.write_csv(frame, tmp_path / "entrega abril.csv")
    said = new_wave(study, "2020T2", "2020T1", tmp_path / "entrega abril.csv")
    assert "0 TODO" in said
    assert "60 accepted" in run(load_study(study.root), "2020T2")


def test_what_is_not_sure_is_todo_and_ingest_refuses_until_decided(study: Study, tmp_path: Path) -> None:
    frame = d.good().rename(columns={"P2": "P2_NUEVA"}).assign(P4=6)
    d.write_csv(frame, tmp_path / "entrega.csv")
    said = new_wave(study, "2020T2", "2020T1", tmp_path / "entrega.csv")
    assert "TODO conf_b: P2 is gone; P2_NUEVA?" in said
    assert "TODO conf_d: P4 has unknown '6'" in said
    with pytest.raises(PulsoError, match=r"delivery\.columns\.conf_b is still TODO"):
        run(load_study(study.root), "2020T2")


def test_a_date_that_is_gone_names_the_servers_own(study: Study, tmp_path: Path) -> None:
    kobo = d.good().rename(columns={"FECHA": "today"}).assign(start=lambda f: f["today"] + "T18:30:00.000-06:00")
    d.write_csv(kobo, tmp_path / "kobo.csv")
    assert "TODO fecha: FECHA is gone; today?" in new_wave(study, "2020T2", "2020T1", tmp_path / "kobo.csv")


def test_swapped_labels_are_never_taken_for_sure(study: Study, tmp_path: Path) -> None:
    labels = {name: dict(codes) for name, codes in d.LABELS.items()}
    labels["P1"] = {4: "Mucha", 3: "Algo", 2: "Poca", 1: "Nada"}
    d.write_sav(d.good(), tmp_path / "entrega.sav", labels)
    assert "TODO conf_a: labels say" in new_wave(study, "2020T2", "2020T1", tmp_path / "entrega.sav")


def test_the_only_table_in_the_waves_folder_is_found(study: Study) -> None:
    folder = study.root / "raw/2020T2"
    folder.mkdir()
    shutil.copy(study.raw("2020T1"), folder / "otro nombre.csv")
    new_wave(study, "2020T2", "2020T1")
    assert load_study(study.root).wave("2020T2").file == "otro nombre.csv"


def test_a_column_of_other_answers_is_not_proposed_for_its_name(study: Study, tmp_path: Path) -> None:
    frame = d.good().rename(columns={"SEXO": "Sexo_persona"}).assign(SEXOS=1)
    labels = {**d.LABELS, "Sexo_persona": {1: "Hombre", 2: "Mujer"}, "SEXOS": {1: "discriminado", 2: "no mencionado"}}
    d.write_sav(frame, tmp_path / "entrega.sav", labels)
    said = new_wave(study, "2020T2", "2020T1", tmp_path / "entrega.sav")
    assert "TODO sexo: SEXO is gone; Sexo_persona?" in said


def test_a_title_above_and_other_sheets_are_found_said_and_read(study: Study, tmp_path: Path) -> None:
    frame = d.good(seed=9)
    frame["FECHA"] = frame["FECHA"].str.replace("2020-01", "2020-04")
    with pd.ExcelWriter(tmp_path / "abril.xlsx", engine="openpyxl") as book:
        pd.DataFrame({"nota": ["otra hoja"]}).to_excel(book, sheet_name="Notas", index=False)
        frame.to_excel(book, sheet_name="Base", index=False, startrow=3)
        book.sheets["Base"]["A1"] = "Encuesta de abril"
    said = new_wave(study, "2020T2", "2020T1", tmp_path / "abril.xlsx")
    assert "FOLIO is in row 4: delivery.header_row says so." in said and "0 TODO" in said
    delivery = load_study(study.root).questionnaire("2020T2").delivery
    assert (delivery.sheet, delivery.header_row) == ("Base", 4)
    assert "60 accepted" in run(load_study(study.root), "2020T2")


@pytest.mark.parametrize(
    ("wave", "source", "period", "start", "moved"),
    [("2021", "2020", "2020", "2021-01-06", "2021"), ("2020S2", "2020S1", "primer semestre de 2020", "2020-07-06",
     "segundo semestre de 2020"), ("2020T3", "2020T1", "enero de 2020", "2020-07-06", "julio de 2020"),
     ("2020-03", "2020-01", "enero de 2020", "2020-03-06", "marzo de 2020")],
)  # fmt: skip
def test_dates_move_by_what_the_keys_are(
    study: Study, wave: str, source: str, period: str, start: str, moved: str
) -> None:
    for name in ("params.yaml", "questionnaires/2020T1.yaml"):
        path = study.root / name
        text = path.read_text(encoding="utf-8").replace("2020T1", source)
        path.write_text(text.replace('"enero de 2020"', f'"{period}"'), encoding="utf-8")
    (study.root / "questionnaires/2020T1.yaml").rename(study.root / f"questionnaires/{source}.yaml")
    entry = params_entry(load_study(study.root), wave, source, "datos.csv", None)
    assert f'start: "{start}"' in entry and f'period: "{moved}"' in entry


@pytest.mark.parametrize(
    ("wave", "source", "message"),
    [
        ("2020T1", "2020T1", "there is a wave 2020T1 already"),
        ("2020T2", "2019T9", "there is no wave '2019T9'"),
        ("../x", "2020T1", "is no wave key"),
    ],
)
def test_refusals_write_nothing(study: Study, wave: str, source: str, message: str) -> None:
    before = (study.root / "params.yaml").read_bytes()
    with pytest.raises(PulsoError, match=message):
        new_wave(study, wave, source)
    assert (study.root / "params.yaml").read_bytes() == before


def test_the_end_of_a_month_stays_in_its_month() -> None:
    from datetime import date

    assert shifted(date(2011, 11, 30), 3) == date(2012, 2, 29)
    assert shifted(date(2012, 12, 31), -1) == date(2012, 11, 30)


def test_this_studys_own_files_take_a_wave(root: Path, tmp_path: Path) -> None:
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(root / name, tmp_path / name)
    shutil.copytree(root / "questionnaires", tmp_path / "questionnaires")
    study = load_study(tmp_path)
    last = list(study.waves)[-1]
    new_wave(study, "2030T1", last)
    for name in ("params.yaml", "dvc.yaml"):
        assert _added((root / name).read_text(encoding="utf-8"), (tmp_path / name).read_text(encoding="utf-8"))
    assert load_study(tmp_path).questionnaire("2030T1").items.keys() == study.questionnaire(last).items.keys()
    assert not load_study(tmp_path).wave("2030T1").simulated


def test_another_delivery_of_the_same_name_is_kept(study: Study, tmp_path: Path) -> None:
    d.write_csv(d.good(), tmp_path / "entrega.csv")
    there = study.root / "raw/2020T2/entrega.csv"
    there.parent.mkdir()
    there.write_text("the first one\n", encoding="utf-8")
    before = (study.root / "params.yaml").read_bytes()
    with pytest.raises(PulsoError, match="another file of that name is there already, and is kept"):
        new_wave(study, "2020T2", "2020T1", tmp_path / "entrega.csv")
    assert there.read_text(encoding="utf-8") == "the first one\n"
    assert (study.root / "params.yaml").read_bytes() == before
    assert not (study.root / "questionnaires/2020T2.yaml").exists()
    # The remedy: the new one gets another name.
    (tmp_path / "entrega.csv").rename(tmp_path / "entrega 2.csv")
    new_wave(study, "2020T2", "2020T1", tmp_path / "entrega 2.csv")
    assert load_study(study.root).wave("2020T2").file == "entrega 2.csv"


def test_waves_in_one_line_are_refused_and_what_lay_there_stays(study: Study) -> None:
    path = study.root / "params.yaml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("waves:"), text.index("municipalities:")
    entry = (
        '{edition: 1, period: "enero de 2020", fieldwork: {start: "2020-01-06", end: "2020-01-31"}, file: datos.csv}'
    )
    path.write_text(f'{text[:start]}waves: {{"2020T1": {entry}}}\n{text[end:]}', encoding="utf-8")
    before = path.read_bytes()
    d.write_csv(d.good(), study.root / "raw/2020T2-entrega.csv")
    there = study.root / "raw/2020T2/entrega.csv"
    there.parent.mkdir()
    d.write_csv(d.good(), there)
    with pytest.raises(PulsoError, match="'waves' is written in one line; write each wave on lines of its own"):
        new_wave(load_study(study.root), "2020T2", "2020T1", there)
    assert path.read_bytes() == before and there.is_file()
    assert not (study.root / "questionnaires/2020T2.yaml").exists()


def test_a_name_that_no_shell_could_bear_is_not_taken_over(study: Study, tmp_path: Path) -> None:
    odd = tmp_path / 'con "comillas" $(x).csv'
    d.write_csv(d.good(), odd)
    new_wave(study, "2020T2", "2020T1", odd)
    wave = load_study(study.root).wave("2020T2")
    assert not set(wave.file) & set('"$`\\') and (study.root / "raw/2020T2" / wave.file).is_file()
    assert odd.is_file()


def _written_otherwise(frame: pd.DataFrame) -> pd.DataFrame:
    """As another program writes the same answers."""
    other = codes.skipped("0")(frame.astype(object))
    other.loc[:3, "P1"], other.loc[5, "P2"], other.loc[:2, "GAS"] = "NA", "n/a", "1,000"
    return other.assign(M=other["M"].str.replace(" ", "|"), FECHA=other["FECHA"].str.replace("2020-01", "2020-04"))


def test_how_a_delivery_is_written_is_proposed_and_decided(tmp_path: Path) -> None:
    study = codes.write(tmp_path, codes.Case(lambda frame: frame, ""), {})
    write_graph(study)
    _written_otherwise(codes.good()).to_csv(tmp_path / "entrega.csv", index=False)
    said = new_wave(study, "2020T2", "2020T1", tmp_path / "entrega.csv")
    for proposed in (
        'TODO delivery.blank: ["NA", "n/a"], in P1, P2?', 'TODO delivery.thousands: ",", in GAS?',
        'TODO delivery.skipped_as: ["0"], in A, B?',
        "TODO medio_radio: the options in M are divided by '|'; separator?",
    ):  # fmt: skip
        assert proposed in said
    assert "conf_a:" not in said and "gasto:" not in said and "uso_a:" not in said
    with pytest.raises(PulsoError, match=r"delivery\.blank is still TODO; say there what it asks, or take it out"):
        run(load_study(tmp_path), "2020T2")
    path = tmp_path / "questionnaires/2020T2.yaml"
    text = re.sub(r"'TODO: (.*), in [A-Z0-9, ]+\?'", r"\1", path.read_text(encoding="utf-8"))
    for number, item in enumerate(("radio", "tv", "red"), 1):
        text = re.sub(
            rf'medio_{item}: "TODO.*"', f'medio_{item}: {{name: M, option: "{number}", separator: "|"}}', text
        )
    path.write_text(text, encoding="utf-8")
    assert "40 rows = 40 accepted + 0 quarantined" in run(load_study(tmp_path), "2020T2")


def test_words_that_an_item_knows_are_not_proposed(tmp_path: Path) -> None:
    study = codes.write(
        tmp_path,
        codes.Case(lambda frame: frame, ""),
        {"conf_a: P1": "conf_a: {name: P1, codes: {NA: 9, 1: 1, 2: 2, 3: 3, 4: 4}}"},
    )
    write_graph(study)
    frame = codes.good().astype(object)
    frame.loc[:3, "P1"] = "NA"
    frame.to_csv(tmp_path / "entrega.csv", index=False)
    assert "0 TODO" in new_wave(study, "2020T2", "2020T1", tmp_path / "entrega.csv")


def test_a_workbook_that_holds_errors_for_nothing_is_proposed_their_words(tmp_path: Path) -> None:
    study = codes.write(tmp_path, codes.Case(lambda frame: frame, ""), {})
    write_graph(study)
    frame = codes.put(P1="#NULL!", P2="#N/A")(codes.good())
    frame.to_excel(tmp_path / "entrega.xlsx", index=False)
    said = new_wave(study, "2020T2", "2020T1", tmp_path / "entrega.xlsx")
    assert 'TODO delivery.blank: ["#N/A", "#NULL!"], in P1, P2?' in said and "1 TODO" in said


def _drafted(folder: Path, frame: pd.DataFrame) -> str:
    """What is said of a delivery of the new wave."""
    study = codes.write(folder, codes.Case(lambda table: table, ""), {})
    write_graph(study)
    moved = frame.assign(FECHA=frame["FECHA"].str.replace("2020-01", "2020-04").str.replace("/01/", "/04/"))
    moved.to_csv(folder / "entrega.csv", index=False)
    return new_wave(study, "2020T2", "2020T1", folder / "entrega.csv")


def test_rows_of_headings_are_proposed_once_and_not_as_answers_of_every_item(tmp_path: Path) -> None:
    frame = codes.good().astype(object)
    texts = pd.DataFrame([{name: f"Texto de {name}" for name in frame}])
    said = _drafted(tmp_path, pd.concat([texts, frame]))
    assert "21 items are sure, 1 TODO" in said and "TODO delivery.header_rows: 2, in row 2?" in said
    with pytest.raises(PulsoError, match=r"delivery\.header_rows is still TODO"):
        run(load_study(tmp_path), "2020T2")
    path = tmp_path / "questionnaires/2020T2.yaml"
    text = re.sub(r"'TODO: (.*), in [a-z0-9, ]+\?'", r"\1", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    assert "40 rows = 40 accepted + 0 quarantined" in run(load_study(tmp_path), "2020T2")


@pytest.mark.parametrize(
    ("item", "column", "rewrite", "way"),
    [
        ("fecha", "FECHA", lambda dates: pd.to_datetime(dates).dt.strftime("%d/%m/%Y"), "%d/%m/%Y"),
        ("duracion", "MINUTOS", lambda _: "00:12:30", "hh:mm:ss"),
    ],
)
def test_how_dates_and_durations_are_written_is_proposed(
    item: str, column: str, rewrite, way: str, tmp_path: Path
) -> None:
    frame = codes.good()
    said = _drafted(tmp_path, frame.assign(**{column: rewrite(frame[column])}))
    assert "1 TODO" in said and f'say delivery.columns.{item}.format: "{way}" in 2020T2.yaml' in said
    path = tmp_path / "questionnaires/2020T2.yaml"
    text = re.sub(
        rf'{item}: "TODO.*?[^\\]"\n', f'{item}: {{name: {column}, format: "{way}"}}\n',
        path.read_text(encoding="utf-8"), flags=re.DOTALL,
    )  # fmt: skip
    path.write_text(text, encoding="utf-8")
    assert "40 rows = 40 accepted + 0 quarantined" in run(load_study(tmp_path), "2020T2")


def test_times_of_a_zone_ask_for_the_studys(tmp_path: Path) -> None:
    frame = codes.good()
    said = _drafted(tmp_path, frame.assign(FECHA=frame["FECHA"] + "T20:10:00Z"))
    assert "TODO fecha: FECHA is no date as declared" in said and "say study.time_zone there" in said


@pytest.mark.parametrize(("rename", "near"), [(str.lower, "folio"), ("g1/{}".format, "g1/FOLIO")])
def test_a_delivery_whose_names_are_others_says_so(rename, near: str, tmp_path: Path) -> None:
    study = d.prepared(tmp_path)
    write_graph(study)
    d.good().rename(columns=rename).to_csv(tmp_path / "entrega.csv", index=False)
    with pytest.raises(PulsoError, match=rf"column 'FOLIO' is not in the file \(did it become {near}\?\)"):
        new_wave(study, "2020T2", "2020T1", tmp_path / "entrega.csv")
