"""Tables as files: what a spreadsheet program makes of the cells."""

import csv
import io
import tracemalloc
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.spreadsheet import cells_of
from webapp import sheets


@pytest.mark.parametrize("text", ["=1+1", "+45 62", "-1", "@SUM(A1)", "\t=1", " =1", "＝1+1", "＠SUM(A1)"])
def test_no_cell_of_a_csv_is_a_formula(text: str) -> None:
    assert f"'{text}" in b"".join(sheets.as_csv(["Navn"], [[text]])).decode("utf-8-sig")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=4))
def test_a_csv_reads_back_as_it_was_but_for_the_apostrophe(texts: list[str]) -> None:
    stream = io.StringIO(b"".join(sheets.as_csv(["a"], [texts])).decode("utf-8-sig"), newline="")
    (back,) = list(csv.reader(stream, delimiter=";"))[1:]
    assert [cell.removeprefix("'") for cell in back] == [text.removeprefix("'") for text in texts]


@given(st.lists(st.text(max_size=5), max_size=7))
def test_a_csv_in_parts_is_the_same_file(texts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        rows = [[text.encode(errors="replace").decode()] for text in texts]
        whole = b"".join(sheets.as_csv(["a"], rows))
        patch.setattr(sheets, "AT_ONCE", 2)
        assert b"".join(sheets.as_csv(["a"], rows)) == whole


def test_the_heads_of_a_csv_come_before_any_row_is_asked_for() -> None:
    asked: list[int] = []
    file = sheets.as_csv(["Navn"], ([f"Kunde {asked.append(line)}"] for line in range(9)))
    assert (next(file), asked) == ("\ufeffNavn\r\n".encode(), [])


def test_every_cell_of_an_xlsx_is_a_text() -> None:
    file = sheets.as_xlsx(["Navn"], [["=1+1"], ["http://x.dk"], ["42"], ["a\x00b"]], "Liste")
    assert cells_of(file) == ["Navn", "=1+1", "http://x.dk", "42", "ab"]
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_a_list_longer_than_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_LINES", 2)
    book = openpyxl.load_workbook(io.BytesIO(sheets.as_xlsx(["Navn"], [[name] for name in "abcde"], "Kørsel")))
    told = {sheet.title: [row[0] for row in sheet.iter_rows(values_only=True)] for sheet in book}
    assert told == {"Kørsel": ["Navn", "a", "b"], "Kørsel 2": ["Navn", "c", "d"], "Kørsel 3": ["Navn", "e"]}


def test_a_long_list_takes_hardly_more_memory_than_its_file() -> None:
    rows = ([f"Kunde {line}.{column}" for column in range(20)] for line in range(2000))
    tracemalloc.start()
    try:
        file = sheets.as_xlsx(["a"] * 20, rows, "Liste")
        assert tracemalloc.get_traced_memory()[1] < 3 * len(file) + 1_000_000
    finally:
        tracemalloc.stop()
