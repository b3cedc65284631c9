"""A fault that is tried again alone changes its own row of the page, and no other."""

from pathlib import Path

from benchmarks import fault_page
from benchmarks.fault_running import Tally
from pulsometro.common.version import VERSION


def test_one_row_is_made_again(tmp_path: Path) -> None:
    page = tmp_path / "FAULTS.md"
    old = [["kill a", "20", "0", "0", "0", "0.1.0", "in 1 s"], ["two at once", "3", "0", "0", "0", "0.1.0", ""]]
    page.write_text(fault_page.document(old, "The last whole run: 23 faults."), encoding="utf-8")
    assert fault_page.rows_of(page) == old
    rows = fault_page.with_new(fault_page.rows_of(page), [Tally("kill a", 5, 1, 2, 3, note="in 2 s"), Tally("new", 1)])
    assert rows == [["kill a", "5", "1", "2", "3", VERSION, "in 2 s"], old[1], ["new", "1", "0", "0", "0", VERSION, ""]]
    page.write_text(fault_page.document(rows, fault_page.last_whole_run(page)), encoding="utf-8")
    assert fault_page.rows_of(page) == rows
    assert page.read_text(encoding="utf-8").endswith("The last whole run: 23 faults.\n")


def test_the_page_that_is_published_can_be_read_and_written_again() -> None:
    page = Path(fault_page.__file__).with_name("FAULTS.md")
    rows = fault_page.rows_of(page)
    assert len(rows) >= 20
    assert fault_page.document(rows, fault_page.last_whole_run(page)) == page.read_text(encoding="utf-8")
