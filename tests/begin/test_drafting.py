"""What ``pulso init`` drafts: guesses with their reasons, texts of files as data, nothing half-written."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from pulsometro.begin import study_from_delivery as module
from pulsometro.begin.heading_lines import headings_below
from pulsometro.begin.study_from_delivery import new_study
from pulsometro.cli import main
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.stage import run as ingest
from pulsometro.study import load_study
from pulsometro.wave.new import new_wave
from tests.begin import first_deliveries as first
from tests.begin.test_five_studies import filled
from tests.hostile_words import BEFORE, INSIDE

pytestmark = pytest.mark.slow


def yaml(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return content


def table(rows: int = 120, **more: object) -> pd.DataFrame:
    """A small delivery with a folio, a place, sex, a weight and two questions."""
    return pd.DataFrame({
        "FOLIO": range(5001, 5001 + rows), "MUNICIPIO": np.array(["Norte", "Sur"])[np.arange(rows) % 2],
        "SEXO": np.array(["Hombre", "Mujer"])[np.arange(rows) // 2 % 2], "FACTOR": np.arange(rows) % 7 * 10.5 + 40,
        "P1": np.array(["Mucho", "Poco", "Nada"])[np.arange(rows) % 3],
        "P2": np.array(["Sí", "No"])[np.arange(rows) // 3 % 2], **more,
    })  # fmt: skip


def begun(folder: Path, data: pd.DataFrame, name: str = "datos.csv", **options: object) -> tuple[Path, str]:
    """A study of the data in a folder with a blank and an accent, and what was said."""
    file = folder / name
    data.to_csv(file, index=False)
    study = folder / "Ciudad Á nueva"
    return study, new_study(study, [file], **options)  # type: ignore[arg-type]


def test_texts_of_a_file_are_data_in_every_yaml(tmp_path: Path) -> None:
    hostile = {before: f"{before}{INSIDE} : # \u202e TODO\nnueva" for before in ("", *BEFORE)}
    data = table()
    for number, (before, text) in enumerate(hostile.items()):
        heading = f"{before}¿P{number}: #1? {{{{x}}}} ${{y}} 'a' \"b\""
        data[heading] = np.array([text, "TODO EL TIEMPO", "Mucho"])[np.arange(len(data)) % 3]
    data["MUNICIPIO"] = data["MUNICIPIO"].replace({"Sur": "=1+1 Sur: #2 ${z}"})
    file = tmp_path / "datos.xlsx"
    with pd.ExcelWriter(file, engine="xlsxwriter", engine_kwargs={"options": {"strings_to_formulas": False}}) as book:
        data.to_excel(book, index=False)
    study = tmp_path / "s"
    said = new_study(study, [file])
    assert "ingest will refuse" not in said, said
    for name in ("params.yaml", "questionnaires/base.yaml", "questionnaires/indicators.yaml"):
        text = (study / name).read_text(encoding="utf-8")
        assert yaml(study / name) and not set(text) & set("\x1b\u202e\x00\x7f")
    base = yaml(study / "questionnaires/base.yaml")
    told = [*base["items"].values(), *base.get("scales", {}).values()]
    labels = [label for each in told for label in each.get("codes", {}).values()]
    assert sum("include _quarto.yml" in label for label in labels) == len(hostile)
    assert "Todo EL TIEMPO" in labels and not any(label.startswith("TODO") for label in labels)
    population = (study / "raw/population/control_totals.csv").read_text(encoding="utf-8")
    cells = [cell.lstrip('"') for row in population.splitlines() for cell in row.split(",")]
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


def test_nothing_is_left_when_it_fails_and_a_study_is_not_begun_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "datos.csv"
    table().to_csv(file, index=False)
    with pytest.raises(PulsoError, match="the file is not there; correct --data"):
        new_study(tmp_path / "s", [tmp_path / "otro.csv"])

    def fails(*_: object) -> str:
        raise PulsoError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(module, "begin_projects", fails)
        with pytest.raises(PulsoError, match="the disk is gone"):
            new_study(tmp_path / "s", [file])
        (tmp_path / "there").mkdir()
        with pytest.raises(PulsoError, match="the disk is gone"):
            new_study(tmp_path / "there", [file])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["datos.csv", "there"]
    assert not any((tmp_path / "there").iterdir())
    new_study(tmp_path / "s", [file])
    before = {path: path.read_bytes() for path in (tmp_path / "s").rglob("*.yaml")}
    with pytest.raises(PulsoError, match=r"a study is begun there already \(it has params.yaml\); name another folder"):
        new_study(tmp_path / "s", [file])
    assert before == {path: path.read_bytes() for path in (tmp_path / "s").rglob("*.yaml")}
    with pytest.raises(PulsoError, match="there is a file of this name; name a folder"):
        new_study(file, [file])


def test_a_folder_with_the_delivery_in_it_keeps_what_it_has(tmp_path: Path) -> None:
    folder = tmp_path / "mi estudio"
    folder.mkdir()
    table().to_csv(folder / "entrega.csv", index=False)
    (folder / "notas.md").write_text("mías\n", encoding="utf-8")
    new_study(folder, [folder / "entrega.csv"], wave="2024T1")
    assert (folder / "notas.md").read_text(encoding="utf-8") == "mías\n"
    assert (folder / "raw/2024T1/entrega.csv").read_bytes() == (folder / "entrega.csv").read_bytes()
    assert (folder / ".git").is_dir() and (folder / ".dvc/config").is_file()
    assert not [path for path in folder.iterdir() if path.name.startswith(".tmp-")]
    other = tmp_path / "otro"
    (other / "raw").mkdir(parents=True)
    (other / ".gitignore").write_text("*.pyc\n", encoding="utf-8")
    with pytest.raises(PulsoError, match=r"\.gitignore: it is there already, and is kept; move it away"):
        new_study(other, [folder / "entrega.csv"])
    assert sorted(path.name for path in other.iterdir()) == [".gitignore", "raw"] and not any((other / "raw").iterdir())
    # The remedy: moved away.
    (other / ".gitignore").unlink()
    new_study(other, [folder / "entrega.csv"])


def _git(folder: Path, *words: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(["git", *words], cwd=folder, env=kept, capture_output=True, text=True, check=True)
    return done.stdout


def test_no_delivery_goes_to_git_and_dvc_sees_it(tmp_path: Path) -> None:
    study, said = begun(tmp_path, table(), "entrega (1).csv")
    _git(study, "add", "-A")
    tracked = _git(study, "ls-files").splitlines()
    assert "params.yaml" in tracked and "raw/population/control_totals.csv" in tracked and "dvc.yaml" in tracked
    assert not [name for name in tracked if "entrega" in name]
    wave = yaml(study / "params.yaml")["current_wave"]
    assert f'dvc add "raw/{wave}/entrega (1).csv"' in said
    done = subprocess.run(["dvc", "add", f"raw/{wave}/entrega (1).csv"], cwd=study, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    _git(study, "add", "-A")
    assert f"raw/{wave}/entrega (1).csv.dvc" in _git(study, "ls-files").splitlines()


def test_inside_a_repository_no_other_is_made(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q", ".")
    study, said = begun(tmp_path, table())
    assert not (study / ".git").exists() and (study / ".dvc").is_dir()
    assert "the folder lies in a git repository" in said


def test_the_studys_gitignore_is_this_repositorys(root: Path) -> None:
    own = (root / "pipeline/pulsometro/begin/files/gitignore.txt").read_text(encoding="utf-8").splitlines()
    ours = (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    kept = ("*.[", "*.7", "/raw/", "!/raw/", "/processed", "!/processed", ".pulso")
    wanted = [line for line in ours if line.startswith(kept)]
    assert [line for line in wanted if line not in own and not line.endswith(".py")] == []


def test_persons_are_not_read_and_free_texts_stay_inside(tmp_path: Path) -> None:
    rows = 120
    data = table(
        NOMBRE=[f"Ana {number} López" for number in range(rows)], CORREO=[f"a{number}@x.mx" for number in range(rows)],
        LATITUD=[25.6 + number / 1000 for number in range(rows)],
        COMENTARIOS=[f"dijo {number}" for number in range(rows)],
        SUPERVISOR=["Luis Peña", "Eva Ruiz", "Ana Sol"] * 40, ENCUESTADOR=["Juan Díaz", "Rosa Mar"] * 60,
        FECHA_NACIMIENTO=["1980-01-02", "1990-03-04"] * 60, QUIEN=["Pedro Salas", "Inés de la Cruz", "Olga Paz"] * 40,
        PARTIDO=["Partido Verde", "Morena", "Ninguno"] * 40,
    )  # fmt: skip
    study, said = begun(tmp_path, data)
    base = yaml(study / "questionnaires/base.yaml")
    assert {"NOMBRE", "CORREO", "LATITUD", "SUPERVISOR"} <= set(base["delivery"]["ignore"])
    assert base["items"]["comentarios"]["kind"] == "text" and base["items"]["comentarios"]["private"] is True
    assert base["items"]["entrevistador"]["private"] is True
    written = "".join(path.read_text(encoding="utf-8") for path in study.rglob("*.yaml")) + said
    assert not any(
        name in written for name in ("López", "Luis Peña", "Juan Díaz", "@x.mx", "dijo 1", "1980-01-02", "Salas")
    )
    assert base["items"]["quien"]["private"] is True and "Morena" in base["items"]["partido"]["codes"].values()


def test_what_a_delivery_writes_for_nothing_is_said_and_numbers_stay_numbers(tmp_path: Path) -> None:
    rows = 120
    ages = ["NA" if number % 10 == 0 else str(18 + number % 70) for number in range(rows)]
    adults = ["99" if number % 9 == 0 else str(1 + number % 4) for number in range(rows)]
    study, said = begun(tmp_path, table(EDAD=ages, ADULTOS=adults))
    base = yaml(study / "questionnaires/base.yaml")
    assert base["delivery"]["blank"] == ["NA"]
    assert base["items"]["edad"]["kind"] == "integer" and base["items"]["grupo_edad"]["derived"]["source"] == "edad"
    assert base["items"]["adultos"]["missing"] == {99: "no_contesta"}
    assert "120 accepted" in said


def test_codes_that_nothing_explains_are_asked_once_a_scale_and_a_dictionary_answers(tmp_path: Path) -> None:
    rows = np.arange(120)
    data = table(P7_1=rows % 4 + 1, P7_2=rows // 2 % 4 + 1, P7_3=np.where(rows % 9 == 0, 9, rows % 4 + 1), P8=rows % 2)
    study, said = begun(tmp_path, data)
    base = yaml(study / "questionnaires/base.yaml")
    assert base["items"]["p7_1"]["scale"] == base["items"]["p7_2"]["scale"]
    assert base["items"]["p7_3"]["missing"] == {9: "no_contesta"} and base["items"]["p8"]["codes"] == {1: "sí", 0: "no"}
    assert "what 1, 2, 3, 4 say" in said and "a dictionary, or the form" in said
    book = tmp_path / "diccionario.csv"
    book.write_text(
        "Variable,Pregunta,Código,Etiqueta\nP7_1,Confianza en A,1,Mucha\n,,2,Algo\n,,3,Poca\n,,4,Nada\n,,9,No sabe\n"
        'P7_2,Confianza en B,"1 = Mucha; 2 = Algo; 3 = Poca; 4 = Nada",\nP7_3,Confianza en C,1,Mucha\n'
        ",,2,Algo\n,,3,Poca\n,,4,Nada\n,,9,No contesta\n",
        encoding="utf-8",
    )
    told = new_study(tmp_path / "otro", [tmp_path / "datos.csv", book])
    again = yaml(tmp_path / "otro/questionnaires/base.yaml")
    assert "diccionario.csv is a dictionary: 3 variables" in told and "what 1" not in told
    assert again["items"]["p7_2"]["label"] == "Confianza en B"
    assert again["items"]["p7_2"]["codes"] == {1: "Mucha", 2: "Algo", 3: "Poca", 4: "Nada"}
    assert yaml(tmp_path / "otro/params.yaml")["report"]["trust"]["names"]["p7_1"] == "A"


def test_two_deliveries_are_refused(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        table().to_csv(tmp_path / name, index=False)
    with pytest.raises(PulsoError, match=r"a\.csv, b\.csv could each be the delivery; give one"):
        new_study(tmp_path / "s", [tmp_path / "a.csv", tmp_path / "b.csv"])


def test_a_respondent_that_no_one_column_tells_is_two_or_a_question(tmp_path: Path) -> None:
    rows = np.arange(120)
    study, said = begun(
        tmp_path, table().assign(FOLIO=rows // 2).rename(columns={"FOLIO": "VIV"}).assign(HOGAR=rows % 2)
    )
    assert yaml(study / "questionnaires/base.yaml")["delivery"]["respondent"] == ["VIV", "HOGAR"]
    assert "together no two" in said
    nobody = table().drop(columns=["FOLIO", "FACTOR"]).assign(FACTOR=1.5)
    nobody.to_csv(tmp_path / "sin.csv", index=False)
    said = new_study(tmp_path / "sin folio", [tmp_path / "sin.csv"])
    assert "the columns that together tell respondents apart" in said
    assert yaml(tmp_path / "sin folio/questionnaires/base.yaml")["delivery"]["respondent"][0].startswith("TODO: ")


def test_without_a_delivery_or_with_its_form_alone_a_study_begins_too(tmp_path: Path) -> None:
    said = new_study(tmp_path / "nada", like="telefono")
    params = yaml(tmp_path / "nada/params.yaml")
    assert params["weighting"]["base"]["kind"] == "telephone_completes"
    assert params["municipalities"][0]["name"].startswith("TODO: ") and "put the delivery in" in said
    _, form = first.odk(tmp_path / "respuestas.csv")
    new_study(tmp_path / "formulario", [form])
    base = yaml(tmp_path / "formulario/questionnaires/base.yaml")
    assert base["items"]["denuncia"]["ask_if"] == "victima == 1" and base["items"]["edad"]["range"] == [18, 97]
    assert base["items"]["edad"]["text"] == "¿Cuántos años cumplidos tiene?"
    assert base["delivery"]["columns"]["medios_tv"] == {"name": "medios", "option": "tv", "others": ["ninguno"]}
    assert yaml(tmp_path / "formulario/params.yaml")["waves"]["ola1"]["file"].startswith("TODO: ")


def test_a_form_beside_or_inside_a_zip_says_what_the_codes_are(tmp_path: Path) -> None:
    data, form = first.odk(tmp_path / "respuestas.csv")
    new_study(tmp_path / "a", [form, data])
    base = yaml(tmp_path / "a/questionnaires/base.yaml")
    assert base["delivery"]["columns"]["victima"] == {"name": "victima", "codes": {"si": 1, "no": 2, "nc": 9}}
    assert {"_submission_time", "medios/tv"} <= set(base["delivery"]["ignore"])
    import zipfile

    with zipfile.ZipFile(tmp_path / "todo.zip", "w") as archive:
        archive.write(data, "proyecto/respuestas.csv")
        archive.write(form, "proyecto/formulario.xlsx")
    said = new_study(tmp_path / "b", [tmp_path / "todo.zip"])
    assert yaml(tmp_path / "b/questionnaires/base.yaml")["items"] == base["items"] and "720 accepted" in said


def test_inegis_zip_is_read_with_its_catalogues(tmp_path: Path) -> None:
    new_study(tmp_path / "s", [first.inegi(tmp_path / "ensu.zip")])
    base, params = yaml(tmp_path / "s/questionnaires/base.yaml"), yaml(tmp_path / "s/params.yaml")
    assert base["scales"][base["items"]["bp1_1"]["scale"]]["codes"] == {1: "seguro", 2: "inseguro"}
    assert base["items"]["edad"]["missing"] == {98: "no_sabe"} and base["items"]["edad"]["range"] == [18, 97]
    assert base["delivery"]["member"] == "*/conjunto_de_datos_ensu_cb_*.csv"
    assert [place["cve_geo"] for place in params["municipalities"]] == ["08011", "08019", "08037"]
    assert params["municipalities"][2]["name"] == "Juárez" and params["municipalities"][2]["aliases"] == ["037"]
    assert params["weighting"] == {"base": {"kind": "given", "weight": "factor"}, "within": "municipio",
                                   "strata": "estrato", "psu": "upm"}  # fmt: skip


def test_rows_of_headings_are_counted() -> None:
    data = table().astype(object).assign(P3=1, P4=2)
    assert headings_below(data) == 0
    words = pd.DataFrame(
        [["texto"] * len(data.columns), ['{"ImportId":"x"}'] * len(data.columns)], columns=data.columns
    )
    assert headings_below(pd.concat([words, data], ignore_index=True)) == 2


def test_the_first_wave_is_its_quarter_or_what_was_said(tmp_path: Path) -> None:
    data = table(FECHA=["2024-08-01", "2024-08-20"] * 60)
    study, _ = begun(tmp_path, data)
    params = yaml(study / "params.yaml")
    assert params["current_wave"] == "2024T3" and params["waves"]["2024T3"]["period"] == "agosto de 2024"
    with pytest.raises(PulsoError, match="--wave: 'a b' is no wave key"):
        new_study(tmp_path / "x", [tmp_path / "datos.csv"], wave="a b")


@pytest.mark.parametrize("make", [first.sav, first.dta, first.xlsx, first.inegi])
def test_the_same_delivery_gives_the_same_bytes(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    suffix = {"sav": ".sav", "dta": ".dta", "xlsx": ".xlsx", "inegi": ".zip"}[make.__name__]
    file = make(tmp_path / f"entrega{suffix}")
    for name in ("a/Estudio", "b/Estudio"):
        (tmp_path / name).parent.mkdir()
        new_study(tmp_path / name, [file])
    texts = [
        json.dumps({str(path.relative_to(tmp_path / side)): path.read_text(encoding="utf-8")
                    for path in sorted((tmp_path / side).rglob("*.yaml"))}) for side in ("a", "b")
    ]  # fmt: skip
    assert texts[0] == texts[1]


def test_a_skip_that_the_delivery_shows_is_drafted_and_one_that_it_does_not_is_none(tmp_path: Path) -> None:
    rows = np.arange(120)
    asked = np.where(rows // 3 % 2 == 0, np.array(["Sí", "No"])[rows % 2], None)
    some = np.where(rows % 5 == 0, None, np.array(["Sí", "No"])[rows // 2 % 2])
    study, _ = begun(tmp_path, table(P2A=asked, P9=some))
    items = yaml(study / "questionnaires/base.yaml")["items"]
    assert items["p2a"]["ask_if"] == "p2 == 1" and "ask_if" not in items["p9"]
    indicators = yaml(study / "questionnaires/indicators.yaml")["indicators"]
    assert indicators["p2a"]["base"] == "p2 == 1" and "base" not in indicators["p9"]


def test_the_next_waves_delivery_follows_the_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_study(tmp_path / "s", [first.sav(tmp_path / "mayo.sav")])
    filled(tmp_path / "s")
    before = first.answers

    def later() -> pd.DataFrame:
        own = before(seed=9)
        return own.assign(day=own["day"].str.replace("2024-05", "2024-08"), folio=own["folio"].astype(int) + 5000)

    monkeypatch.setattr(first, "answers", later)
    study = load_study(tmp_path / "s")
    said = new_wave(study, "2024T3", "2024T2", first.sav(tmp_path / "agosto.sav"))
    assert "0 TODO" in said
    assert "720 accepted" in ingest(load_study(tmp_path / "s"), "2024T3")


def test_days_and_months_that_could_be_exchanged_and_zones_are_told(tmp_path: Path) -> None:
    data = table(FECHA=["03/05/2024", "04/05/2024"] * 60)
    _, said = begun(tmp_path, data)
    assert "days and months exchanged would be days too: %d/%m/%Y is taken" in said
    table(FECHA=["2024-05-02T23:50:00Z", "2024-05-03T05:30:00Z"] * 60).to_csv(tmp_path / "utc.csv", index=False)
    told = new_study(tmp_path / "utc", [tmp_path / "utc.csv"])
    params = yaml(tmp_path / "utc/params.yaml")
    assert params["study"]["time_zone"].startswith("TODO: whose days the interviews have") and "120 accepted" in told
    assert str(params["waves"]["2024T2"]["fieldwork"]["end"]) == "2024-05-02"


def test_a_delivery_without_answers_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        PulsoError, match=r"datos\.csv: no column holds answers that can be counted .* with another --data"
    ):
        begun(tmp_path, table()[["FOLIO", "MUNICIPIO", "FACTOR"]])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["datos.csv"]


def test_the_command_says_what_it_did_and_what_is_to_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table().to_csv("datos.csv", index=False)
    done = CliRunner().invoke(
        main, ["init", "Ciudad Á", "--data", "datos.csv", "--like", "pesos-dados", "--wave", "2024T1"]
    )
    assert done.exit_code == 0, done.output
    assert "Ciudad Á: a study is begun, wave 2024T1." in done.output and 'cd "Ciudad Á"' in done.output
    again = CliRunner().invoke(main, ["init", "Ciudad Á", "--data", "datos.csv"])
    assert again.exit_code == 1 and "a study is begun there already" in again.output
    assert "Example: pulso init" in CliRunner().invoke(main, ["init", "--help"]).output


def test_a_guess_names_its_rivals_and_a_weight_with_zeros_is_told(tmp_path: Path) -> None:
    rows = np.arange(120)
    _, said = begun(tmp_path, table(FACTOR_VIV=rows % 5 + 30.5))
    assert "weight: FACTOR (it is called FACTOR; could be FACTOR_VIV too)" in said
    table().assign(FACTOR=rows % 3 * 1.5).to_csv(tmp_path / "ceros.csv", index=False)
    told = new_study(tmp_path / "ceros", [tmp_path / "ceros.csv"])
    assert "FACTOR is called as a weight and has blanks, zeros or labels: it was not taken" in told


def test_statas_kinds_of_missing_beside_numbers_and_scales_labelled_at_their_ends(tmp_path: Path) -> None:
    rows = np.arange(210)
    said = np.array([".a", ".b"], dtype=object)
    data = pd.DataFrame({
        "idnum": rows + 1.0, "estratopri": rows % 4 + 101.0, "upm": rows % 30 + 1.0, "wt": 1.0 + rows % 2 * 0.2,
        "q1": rows % 2 + 1.0, "q2": np.where(rows % 21 == 0, said[rows % 2], rows % 60 + 18.0),
        "b18": np.where(rows % 15 == 0, said[rows % 2], rows % 7 + 1.0), "vic1ext": rows // 2 % 2 + 1.0,
    })  # fmt: skip
    tagged = data.map(lambda value: value[1] if isinstance(value, str) else value)
    none = {"a": "No sabe", "b": "No responde"}
    ends = {1: "Nada", 7: "Mucho", **none}
    labels = {"q1": first.SEX, "q2": none, "b18": ends, "vic1ext": first.YES_NO}
    pyreadstat.write_dta(
        tagged, str(tmp_path / "pais.dta"), missing_user_values={"q2": ["a", "b"], "b18": ["a", "b"]},
        variable_value_labels=labels,
        column_labels=["", "Estrato primario", "", "", "Sexo", "Edad", "Confianza en la policía", "Víctima"],
    )  # fmt: skip
    told = new_study(tmp_path / "s", [tmp_path / "pais.dta"])
    base, params = yaml(tmp_path / "s/questionnaires/base.yaml"), yaml(tmp_path / "s/params.yaml")
    assert "210 accepted" in told and params["weighting"]["scale"] == "relative"
    assert base["items"]["edad"]["missing"] == {98: "no_sabe", 99: "no_contesta"}
    assert base["items"]["b18"] == {
        "text": "Confianza en la policía", "label": "Confianza en la policía", "kind": "integer", "range": [1, 7],
        "missing": {98: "no_sabe", 99: "no_contesta"},
    }  # fmt: skip
    assert base["delivery"]["columns"]["b18"] == {"name": "b18", "codes": {".a": 98, ".b": 99}}
    assert yaml(tmp_path / "s/questionnaires/indicators.yaml")["indicators"]["b18"]["unit"] == "puntos"
