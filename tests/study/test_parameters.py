"""params.yaml is read once, validated, and its errors name the key."""

import shutil
from pathlib import Path

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import check_against
from pulsometro.study import load_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    return tmp_path


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "params.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_study_has_its_eight_waves_in_order_and_nine_municipalities() -> None:
    study = load_study(ROOT)
    assert list(study.waves)[:8] == [
        "2011T3", "2011T4", "2012T1", "2012T2", "2012T3", "2012T4", "2013T1", "2013T2",
    ]  # fmt: skip
    assert len({p.code for p in study.places}) == 9
    assert study.waves_up_to("2011T4") == ("2011T3", "2011T4")


def test_the_root_is_found_from_a_folder_inside() -> None:
    assert load_study(ROOT / "pipeline").root == ROOT


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("lonely_psu:", "lonely_psus:", r"unknown key 'estimation\.lonely_psus'; did you mean 'lonely_psu'"),
        ("  level: 0.95", "  level: alto", r"key 'estimation\.level'"),
        ("  se: replicates\n", "", r"the key 'estimation\.se' is missing"),
        ('current_wave: "2013T2"', 'current_wave: "2031T2"', r"'current_wave' names 2031T2"),
        ("  findings:\n", "  findings: []\n  key:\n", r"report: findings is empty; name at least one measure"),
        ('levels: ["mucha", "algo", "poca", "nada"]', "levels: []", r"report: trust\.levels is empty"),
        ('levels: ["mucha"', 'level_names: ["Mucha"]\n    levels: ["mucha"', r"trust\.level_names must be as many as"),
        (
            "indicators: [inseguridad_amplia,",
            "indicators: []\n      # [",
            r"topic Percepción de seguridad has no indic",
        ),
        ('end: "2013-05-19"', 'end: "2013-04-19"', r"waves\.2013T2\.fieldwork ends before it starts"),
        ('cve_geo: "19018"', 'cve_geo: "19006"', r"municipalities lists 19006 twice"),
        ("    edition: 7", "    edition: 8", r"waves\.2013T1 and waves\.2013T2 are both edition 8; number them apart"),
        ("study:", "study:\nstudy:", r"line \d+: found duplicate key"),
        ("trim: {k: 5}", "trim: {k: 0.5}", r"trim\.k"),
    ],
)
def test_a_wrong_key_is_named(folder: Path, old: str, new: str, said: str) -> None:
    edit(folder, old, new)
    with pytest.raises(PulsoError, match=said):
        load_study(folder)


def test_an_unknown_wave_is_answered_with_the_known_ones(folder: Path) -> None:
    with pytest.raises(PulsoError, match=r"no wave '2099T1'.*2011T3"):
        load_study(folder).wave("2099T1")


def test_a_folder_without_params_says_so(tmp_path: Path) -> None:
    with pytest.raises(PulsoError, match=r"no params\.yaml here or above"):
        load_study(tmp_path)


NAMES = [
    ('  "2013T2":\n', '  "../2013T2":\n', r"waves: '\.\./2013T2' is no wave key"),
    ('  "2011T3":\n', '  "con":\n', r"waves: 'con' is no wave key: a file or folder of another kind"),
    ('  "2011T3":\n', '  "2013t2":\n', r"waves: '2013T2' and '2013t2' differ only in capitals"),
    ('"pulso_2013T2.sav"', "'con \"comillas\".sav'", r"2013T2\.file': 'con \"comillas\"\.sav' is no file name"),
    ('"pulso_2013T2.sav"', '"../2012T4/x.sav"', r"key 'waves\.2013T2\.file': '\.\./2012T4/x\.sav' is no file name"),
    ('"pulso_2013T2.sav"', '"a\\nb.sav"', r"'a\\nb\.sav' is no file name .*the character \\n is not allowed"),
    ('"pulso_2013T2.sav"', '"$(rm -r x).sav"', r"the character \$ is not allowed"),
    ('"llamadas_2013T2.csv"', '"-rf.csv"', r"key 'waves\.2013T2\.attempts': .*it begins with -"),
    ('"llamadas_2013T2.csv"', '"PULSO_2013T2.sav"', r"waves\.2013T2: 'file' and 'attempts' both name pulso_2013"),
    ('cve_geo: "19018"', 'cve_geo: "19|018"', r"key 'municipalities\.1\.cve_geo': '19\|018' is no code"),
    ('short: "García"', 'short: "MONTERREY"', r"'Monterrey' stands for 19018 and 19039, whose pages"),
    ('short: "García"', 'short: "Apodaca"', r"'Apodaca' stands for 19006 and 19018, whose pages would be one"),
    ('short: "García"', 'short: "¿?"', r"key 'municipalities\.1\.short': '¿\?' has no letter or digit"),
    ('    file: "raw/population/control', '    file: "/raw/population/control', r"control_totals\.file': .* absolute"),
    ('    file: "raw/population/coverage', '    file: "../population/coverage', r"coverage\.file': .* leads out"),
    ('published: "raw/reference', 'published: "raw/../reference', r"key 'simulate\.published': .* leads out"),
    ('  population: "raw/', '  population: "raw//', r"key 'simulate\.population': .*a part of it is empty"),
    ('assumptions: "raw/', 'assumptions: "~/raw/', r"key 'simulate\.assumptions': .*it begins with ~"),
    ("  licence:", '  boundaries: "C:/mapa.geojson"\n  licence:', r"key 'report\.boundaries': .* absolute"),
    ("  licence:", '  brand: "../otra"\n  licence:', r"key 'report\.brand': '\.\./otra' is no folder name"),
    ("area: municipio", 'area: "muni cipio"', r"key 'check\.area': 'muni cipio' is no name of an item"),
    ("date: fecha", "date: fecha-1", r"key 'check\.roles\.date': 'fecha-1' is no name of an item"),
    ("[municipio], [sexo]", '[municipio], ["sexo|x"]', r"key 'estimation\.domains\.2\.0': 'sexo\|x' is no name"),
    ("items: [sexo, grupo_edad]", "items: [sexo, grupo.edad]", r"calibration\.margins\.0\.items\.1': 'grupo\.edad'"),
    ("{indicator: empeoro,", "{indicator: 'empeoró',", r"report\.findings\.1\.indicator': 'empeoró' is no name of"),
    ("inseguridad_amplia, inseguridad_nada,", "'a#b', inseguridad_nada,", r"topics\.0\.indicators\.0': 'a#b' is"),
    ('name: "Confianza"', 'name: "delito Y SOBORNO"', r"topics\.3\.name': 'delito Y SOBORNO' and .* share one sheet"),
    ('place_domain_kind: "municipio"', 'place_domain_kind: "m|n"', r"report\.place_domain_kind': 'm\|n' is no name"),
    ('producer: "', 'producer: "\\e[31m', r"key 'study\.producer': the text holds the hidden character \\x1b"),
    ('name: "Apodaca"', 'name: "Apo\\u202Edaca"', r"key 'municipalities\.0\.name': the text holds .* \\u202e"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), NAMES)
def test_a_name_that_cannot_be_used_is_one_sentence_with_its_place(folder: Path, old: str, new: str, said: str) -> None:
    edit(folder, old, new)
    if '"2013T2":' in old:
        edit(folder, 'current_wave: "2013T2"', 'current_wave: "2013T1"')
    with pytest.raises(PulsoError, match=said) as caught:
        load_study(folder)
    message = str(caught.value)
    assert message.startswith(f"{folder / 'params.yaml'}: ") and message.endswith(".") and message.isprintable()


def test_all_the_faults_of_the_keys_come_at_once_and_then_all_of_what_they_say(folder: Path) -> None:
    """Keys first: nothing can be said of settings that cannot be read."""
    for old, new in (
        ("lonely_psu:", "lonely_psus:"),
        ("  level: 0.95", "  level: alto"),
        ("  se: replicates\n", ""),
        ("trim: {k: 5}", "trim: {k: 0.5}"),
        ('current_wave: "2013T2"', 'current_wave: "2031T2"'),
        ('end: "2013-05-19"', 'end: "2013-04-19"'),
        ('cve_geo: "19018"', 'cve_geo: "19006"'),
        ('"pulso_2011T3.sav"', '"a;b.sav"'),
    ):
        edit(folder, old, new)
    with pytest.raises(PulsoError) as caught:
        load_study(folder)
    path = folder / "params.yaml"
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{path}: 4 things to correct:"
    assert [line.split(";")[0].split("(")[0].strip(" -") for line in lines[1:]] == [
        "weighting: trim.k must be above 1",
        "key 'estimation.level': Input should be a valid number, unable to parse string as a number",
        "unknown key 'estimation.lonely_psus'",
        "the key 'estimation.se' is missing",
    ]
    for old, new in (
        ("lonely_psus:", "lonely_psu:"),
        ("  level: alto", "  level: 0.95\n  se: replicates"),
        ("trim: {k: 0.5}", "trim: {k: 5}"),
    ):
        edit(folder, old, new)
    with pytest.raises(PulsoError) as caught:
        load_study(folder)
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{path}: 4 things to correct:"
    wanted = ("'current_wave' names 2031T2", "waves.2011T3.file", "2013T2.fieldwork ends", "lists 19006 twice")
    for line, part in zip(lines[1:], wanted, strict=True):
        assert line.startswith("  - ") and part in line


def test_both_studies_of_the_repository_say_nothing(root: Path) -> None:
    for place in (root, root / "examples" / "ensu"):
        study = load_study(place)
        for wave in study.waves:
            questionnaire = study.questionnaire(wave)
            check_against(study.indicators, questionnaire, place / "questionnaires" / "indicators.yaml")


def test_a_condition_on_an_area_is_held_to_the_municipalities(folder: Path) -> None:
    shutil.copytree(ROOT / "questionnaires", folder / "questionnaires")
    path = folder / "questionnaires" / "base.yaml"
    text = path.read_text(encoding="utf-8")
    for code, sound in (("19039", True), ("19999", False)):
        path.write_text(text.replace('"victima == 1"', f"\"victima == 1 and municipio == '{code}'\""), encoding="utf-8")
        if sound:
            assert "denuncia" in load_study(folder).questionnaire("2013T2").skips
            continue
        with pytest.raises(PulsoError, match=r"items\.denuncia\.ask_if: .*'19999', which is no municipality of params"):
            load_study(folder).questionnaire("2013T2")


def test_pages_of_places_that_nobody_estimates_are_refused_and_the_remedy_mends_it(tmp_path: Path) -> None:
    from tests.tiny_study import write_study

    write_study(tmp_path / "a", {"estimation.domains": [[], ["sexo"]]})
    with pytest.raises(
        PulsoError, match=r"place_domain_kind is municipio, which estimation\.domains does not list; add"
    ):
        load_study(tmp_path / "a")
    write_study(tmp_path / "b", {"estimation.domains": [[], ["sexo"], ["municipio"]]})
    assert load_study(tmp_path / "b").params.publish.reports


def test_all_missing_keys_come_in_one_message_with_what_they_hold(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("waves: {'2021T1': {file: a.csv}}\nreport: {whole: la zona}\n")
    with pytest.raises(PulsoError) as stop:
        load_study(tmp_path)
    for part in (
        "the key 'study' is missing; add it, with title, short_title, population, area, area_short, producer.",
        "the key 'waves.2021T1.fieldwork' is missing; add it, with start, end.",
        "the key 'waves.2021T1.period' is missing", "the key 'weighting' is missing; add it, with base",
        "the key 'estimation' is missing; add it, with se, domains.", "the key 'report.people' is missing",
        "the key 'report.headline' is missing; add it, with indicator.", "the key 'current_wave' is missing",
    ):  # fmt: skip
        assert part in str(stop.value), part
