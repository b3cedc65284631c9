"""Spanish in the wrong encoding is seen and mended; Spanish in the right one is left alone."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from pulsometro.common.printable import hidden, without_hidden
from pulsometro.ingest.read.detect import text_layout
from pulsometro.ingest.read.mojibake import mended, out_of_place

# With every accent, as long answers have; some of a few letters, which could be anything.
WORDS = (
    "policía", "municipio de Peña", "¿Qué pasó?", "José Ángel", "¡Ándale!", "está lejos", "MÉXICO", "año", "pingüino",
    "García", "“nada” de eso", "más o menos", "Nuñez Ibáñez", "aquí no", "5 º piso", "Único", "camión",
)  # fmt: skip
ANSWERS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


@given(ANSWERS)
def test_right_spanish_is_left_alone(text: str) -> None:
    assert mended(text) is None and out_of_place(text) == 0


@given(ANSWERS, st.sampled_from(["cp1252", "latin-1", "mac_roman", "cp850"]), st.integers(1, 2))
def test_utf8_written_twice_is_put_right(text: str, taken: str, times: int) -> None:
    wrong = text
    for _ in range(times):
        try:
            wrong = wrong.encode("utf-8").decode(taken)
        except UnicodeDecodeError:
            return
    found = mended(wrong)
    assert found is not None and found[0] == text


@given(ANSWERS.filter(lambda text: any(c in text for c in "íóñ") and not any(c in text for c in "“”º")))
def test_what_was_cp850_is_told(text: str) -> None:
    try:
        wrong = text.encode("cp850").decode("cp1252")
    except UnicodeDecodeError:
        return
    found = mended(wrong)
    assert found is not None and found[1] == "cp850" and found[0] == text


@given(st.sampled_from(["cp1252", "cp850", "mac_roman", "utf-8", "utf-16", "utf-32", "utf-8-sig"]))
def test_a_file_with_every_accent_is_read_in_its_encoding_and_certain(encoding: str) -> None:
    text = "FOLIO,OTRO\n" + "".join(
        f"{k},{word}\n" for k, word in enumerate(WORDS) if "“" not in word and "º" not in word
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "datos.csv"
        path.write_bytes(text.encode(encoding))
        layout = text_layout(path, None, None)
        assert path.read_text(encoding=layout.encoding).replace("\r\n", "\n") == text
    assert layout.others == ()


@given(st.text())
def test_nothing_hidden_is_left_and_nothing_seen_is_lost(text: str) -> None:
    plain = without_hidden(text)
    assert without_hidden(plain) == plain
    seen = [c for c in text if not hidden(c) and not c.isspace()]
    assert [c for c in plain if not hidden(c) and not c.isspace()] == seen
