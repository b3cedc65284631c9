"""Random questionnaires and deliveries: either every row is accounted for, or one sentence says why not."""

import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.stage import run
from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow

WAVE = "2020T1"
BUDGET = settings(
    max_examples=20, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip

CELL = st.one_of(
    st.sampled_from(
        ["", " ", "1", "2", "01", "1.0", "9", "8", "7", "6", "-1", "1e3", "nan", "inf", "None", "á", "#N/A"]
    ),
    st.text(max_size=6),
    st.integers(-5, 10**12).map(str),
)
COLUMN = st.sampled_from(
    ["FOLIO", "MUN", "FECHA", "ENC", "TEL", "MINUTOS", "SEXO", "EDAD", "P1", "P3", "P5", "P5A", "OTRA"]
)
CODES = st.dictionaries(st.integers(1, 6), st.text("abc", min_size=1, max_size=4), min_size=1, max_size=4)


def _accounted(folder: Path, rows: int) -> None:
    """One sentence, or every row delivered is in one of the two files exactly once."""
    study = d.load_study(folder)
    try:
        run(study, WAVE)
    except PulsoError as refusal:
        text = str(refusal)
        assert text and "\n" not in text.strip() and "Traceback" not in text
        assert not list((folder / "processed").rglob("*.parquet"))
        return
    accepted = pd.read_parquet(study.processed(WAVE, "responses.parquet"))
    quarantine = pd.read_parquet(study.processed(WAVE, "quarantine.parquet"))
    assert len(accepted) + quarantine["row"].nunique() == rows
    assert accepted["folio"].is_unique and accepted["folio"].notna().all()
    questionnaire = study.questionnaire(WAVE)
    for name in ("sexo", "conf_a", "conf_c", "victima", "denuncia"):
        assert set(accepted[name].dropna()) <= set(questionnaire[name].valid_codes)
    assert accepted["edad"].dropna().between(18, 998).all()
    assert set(accepted["municipio"]) <= {"01001", "01002"}


@BUDGET
@given(st.lists(st.tuples(COLUMN, st.integers(0, 59), CELL), max_size=12))
def test_cells(changes: list[tuple[str, int, str]]) -> None:
    frame = d.good().astype(object)
    for column, row, value in changes:
        frame.loc[row, column] = value
    with tempfile.TemporaryDirectory() as folder:
        study = d.write_study(Path(folder))
        frame.to_csv(study.raw(WAVE), index=False)
        _accounted(Path(folder), len(frame))


@BUDGET
@given(st.binary(max_size=40), st.integers(0, 3000), st.integers(0, 60))
def test_bytes(put: bytes, place: int, taken: int) -> None:
    data = d.good().to_csv(index=False).encode()
    with tempfile.TemporaryDirectory() as folder:
        study = d.write_study(Path(folder))
        study.raw(WAVE).write_bytes(data[:place] + put + data[place + taken :])
        try:
            run(study, WAVE)
        except PulsoError as refusal:
            _is_one_sentence_or_a_list(str(refusal))


def _is_one_sentence_or_a_list(text: str) -> None:
    lines = text.splitlines()
    assert len(lines) == 1 or (lines[0].endswith("things to correct:") and all(x.startswith("  - ") for x in lines[1:]))


@BUDGET
@given(
    codes=CODES,
    crosswalk=st.dictionaries(st.sampled_from(["1", "2", "3", "4", "8", "9", "x"]), st.integers(0, 9), max_size=6),
    skip=st.sampled_from(
        ["", "sexo == 1", "edad > 40", "conf_b in [1, 2]", "conf_a == 1", "nada == 1", "sexo ==", "1"]
    ),
    order=st.permutations(["conf_a", "conf_b"]),
)
def test_questionnaires(codes: dict[int, str], crosswalk: dict[str, int], skip: str, order: list[str]) -> None:
    pairs = ", ".join(f"{code}: '{label}'" for code, label in codes.items())
    asked = f", ask_if: {skip!r}" if skip else ""
    item = f"  conf_a: {{text: T, label: L, codes: {{{pairs}}}, missing: {{8: no_sabe, 9: no_contesta}}{asked}}}"
    line = '  conf_a: {text: "¿Cuánta confianza en A?", label: A, scale: confianza}'
    names = ", ".join(f"'{key}': {code}" for key, code in crosswalk.items())

    def edit(text: str) -> str:
        text = text.replace(line, item).replace("conf_a: P1", f"conf_a: {{name: P1, codes: {{{names}}}}}")
        return text + f"order: [{', '.join(order)}]\n"

    with tempfile.TemporaryDirectory() as folder:
        try:
            study = d.prepared(Path(folder), edit=edit)
            run(study, WAVE)
        except PulsoError as refusal:
            _is_one_sentence_or_a_list(str(refusal))
            return
        accepted = pd.read_parquet(study.processed(WAVE, "responses.parquet"))
        assert set(accepted["conf_a"].dropna()) <= {*codes, 8, 9}
