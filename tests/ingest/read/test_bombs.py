"""Small files that would grow to gigabytes are refused before they do, and what their sentences advise works."""

import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from pyarrow import parquet

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read import archive, limits, readers, spreadsheet
from pulsometro.ingest.read.readers import read_delivery
from pulsometro.questionnaire.model import Delivery
from tests.conftest import ROOT
from tests.ingest import deliveries as d
from tests.ingest.read.bombs import BOMBS, book, far_cells, merged_whole
from tests.ingest.read.formats import WRITERS

ANY = Delivery(respondent=(), columns={})

MEASURED = """
import resource, sys
from pathlib import Path
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read.readers import read_delivery
from pulsometro.questionnaire.model import Delivery
try:
    read_delivery(Path(sys.argv[1]), Delivery(respondent=(), columns={}), lambda columns: columns)
except PulsoError as error:
    print(error)
# What getrusage says of this process begins with the size of the one that started it.
status = Path("/proc/self/status").read_text(encoding="utf-8")
own = int(status.split("VmHWM:")[1].split()[0]) // 1024
print(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def every(columns: tuple[str, ...]) -> tuple[str, ...]:
    """All columns."""
    return columns


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_grows(name: str, tmp_path: Path) -> None:
    file, make, message = BOMBS[name]
    make(tmp_path / file)
    assert (tmp_path / file).stat().st_size < 2 * 2**20
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(tmp_path / file)], cwd=ROOT / "pipeline", capture_output=True, text=True,
        check=True, timeout=120,
    )  # fmt: skip
    sentence, used = done.stdout.splitlines()
    assert pd.Series([sentence]).str.contains(message).all(), sentence
    # Of the hundred million cells that a sheet may have, eight bytes each; of the rest what any file takes.
    assert max(map(int, used.split())) < (1_200 if name == "far cells" else 400)


def test_what_is_beyond_the_table_is_deleted_and_the_sheet_is_read(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(limits, "MAXIMUM_CELLS", 50_000)
    path = tmp_path / "a.xlsx"
    far_cells(path, 10)
    with pytest.raises(PulsoError, match=r"delete the cells beyond the table and save it, or ask for it as \.csv\.$"):
        read_delivery(path, ANY, every)
    workbook = openpyxl.load_workbook(path)
    workbook.active.delete_cols(2, 2**14)
    workbook.active.append(["F1"])
    workbook.save(path)
    assert read_delivery(path, ANY, every).frame["FOLIO"].tolist() == ["F1"]


def test_empty_cells_with_a_style_are_no_bomb(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    WRITERS["xlsx"](d.good(), path)
    workbook = openpyxl.load_workbook(path)
    for place in ("XFD20", "C900"):
        workbook.active[place].font = openpyxl.styles.Font(bold=True)
    workbook.save(path)
    delivered = read_delivery(path, ANY, every)
    assert len(delivered.frame) == 60 and len(delivered.columns) == len(d.good().columns)


@pytest.mark.parametrize(("place", "limit"), [("MAXIMUM_SHEET_BYTES", 2_000), ("MAXIMUM_PART_BYTES", 500)])
def test_a_workbook_that_grows_too_far_can_be_had_as_text(place: str, limit: int, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(spreadsheet, place, limit)
    WRITERS["xlsx"](d.good(), tmp_path / "a.xlsx")
    with pytest.raises(PulsoError, match=r"a\.xlsx: the workbook would grow to 0 MB; .* for the survey as \.csv\.$"):
        read_delivery(tmp_path / "a.xlsx", ANY, every)
    WRITERS["csv"](d.good(), tmp_path / "a.csv")
    assert len(read_delivery(tmp_path / "a.csv", ANY, every).frame) == 60


def test_pages_that_repeat_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    WRITERS["parquet"](d.good(), tmp_path / "a.parquet")
    monkeypatch.setattr(readers, "MAXIMUM_BYTES", 1_000)
    with pytest.raises(PulsoError, match=r"a\.parquet: it would grow to 0 MB; no survey does: ask what the file is"):
        read_delivery(tmp_path / "a.parquet", ANY, every)


def test_a_footers_sizes_and_a_file_of_chosen_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not read does not count."""
    WRITERS["parquet"](d.good(), tmp_path / "a.parquet")
    assert parquet.read_metadata(tmp_path / "a.parquet").num_columns == 15
    monkeypatch.setattr(limits, "MAXIMUM_CELLS", 60)
    assert len(read_delivery(tmp_path / "a.parquet", ANY, lambda _: ("FOLIO",)).frame) == 60
    with pytest.raises(PulsoError, match=r"a\.parquet: 120 cells would be read"):
        read_delivery(tmp_path / "a.parquet", ANY, lambda _: ("FOLIO", "MUN"))


@pytest.mark.parametrize("kind", ["sav", "zsav", "dta"])
def test_cells_that_a_dictionary_announces(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    WRITERS[kind](d.good(), tmp_path / f"a.{kind}")
    monkeypatch.setattr(limits, "MAXIMUM_CELLS", 100)
    with pytest.raises(PulsoError, match=rf"a\.{kind}: 900 cells would be read, and no survey has so many; ask what"):
        read_delivery(tmp_path / f"a.{kind}", ANY, every)


def test_merged_cells_are_named_by_the_first_of_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    WRITERS["xlsx"](d.good(), path)
    workbook = openpyxl.load_workbook(path)
    for area in ("C9:D9", "AA2:AB3", "B2:C2"):
        workbook.active.merge_cells(area)
    workbook.save(path)
    with pytest.raises(PulsoError, match=r"sheet Base, cells B2:C2: merged cells; unmerge them, one name a column\.$"):
        read_delivery(path, ANY, every)
    for area in ("C9:D9", "AA2:AB3", "B2:C2"):
        workbook.active.unmerge_cells(area)
    workbook.save(path)
    assert len(read_delivery(path, ANY, every).frame) == 60


def test_a_mark_across_two_pieces_of_a_sheet_is_seen(tmp_path: Path) -> None:
    """Sheets are looked through in pieces of a megabyte."""
    before = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/><!--'
    for shift in (0, 12, 30):
        blank = b" " * (2**20 - len(before) - 3 - 22 - shift)
        merged = b'--><mergeCells count="1"><mergeCell ref="A1:B7"/></mergeCells></worksheet>'
        book(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", [before, blank, merged])
        with pytest.raises(PulsoError, match="cells A1:B7: merged cells"):
            read_delivery(tmp_path / "a.xlsx", ANY, every)
    merged_whole(tmp_path / "a.xlsx")
    with pytest.raises(PulsoError, match="cells A1:XFD1048576"):
        read_delivery(tmp_path / "a.xlsx", ANY, every)


def test_no_room_to_unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    WRITERS["zip"](d.good(), tmp_path / "a.zip")
    with monkeypatch.context() as patched:
        patched.setattr(archive, "_copy", full)
        with pytest.raises(PulsoError, match=r"a\.zip: there is no room on the disk to unpack it; make some and run"):
            read_delivery(tmp_path / "a.zip", ANY, every)
    assert len(read_delivery(tmp_path / "a.zip", ANY, every).frame) == 60


def test_a_member_with_a_name_longer_than_names_can_be(tmp_path: Path) -> None:

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("x" * 300 + ".csv", d.good().to_csv(index=False))
    assert len(read_delivery(tmp_path / "a.zip", ANY, every).frame) == 60
