"""Files of strangers: what a person sees in a spreadsheet is what is read, and none unpacks into more than it may."""

import io
from datetime import date
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp import files, sheets

CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(str.strip)


def workbook(*rows: list[Any], formats: dict[str, str] | None = None, title: str = "Ark1") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for cell, shown_as in (formats or {}).items():
        book.active[cell].number_format = shown_as
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def lines(raw: bytes, sheet: int = 0) -> list[list[str]]:
    return [cells for _number, cells in files.table(raw, sheet).lines]


@pytest.mark.parametrize(
    ("cell", "shown_as", "text"),
    [
        (12345678, "General", "12345678"),
        (12345678.0, "General", "12345678"),
        (1234567, "00000000", "01234567"),
        (5.5, "General", "5,5"),
        (True, "General", "SAND"),
        (date(2026, 11, 28), "dd-mm-yyyy", "28-11-2026"),
        ("01234567", "General", "01234567"),
    ],
)
def test_a_cell_is_read_as_a_person_sees_it(cell: Any, shown_as: str, text: str) -> None:
    assert lines(workbook(["Navn"], [cell], formats={"A2": shown_as})) == [[text]]


def test_a_formula_is_its_value_and_never_itself() -> None:
    stream = io.BytesIO()
    import xlsxwriter

    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Navn"])
        sheet.write_formula(1, 0, '="Ærø"&" Bageri"', None, "Ærø Bageri")
    assert lines(stream.getvalue()) == [["Ærø Bageri"]]


def test_lines_are_numbered_as_a_spreadsheet_does_and_empty_ones_passed_over() -> None:
    raw = workbook([None], ["Navn", "By"], [None, None], ["Ærø", None])
    assert list(files.table(raw).lines) == [(4, ["Ærø"])]
    assert list(files.table(b"\nNavn;By\n\n\xc3\x86r\xc3\xb8;\n").lines) == [(4, ["Ærø"])]


def test_an_address_of_two_lines_stays_one_cell() -> None:
    assert lines(b'Adresse;By\r\n"Havnegade 12\r\nBaghuset";Ry\r\n') == [["Havnegade 12\r\nBaghuset", "Ry"]]


def test_a_cell_that_shows_a_fault_is_named_by_its_line() -> None:
    with pytest.raises(files.Unreadable) as told:
        lines(workbook(["Navn"], ["Ærø"], ["#N/A"]))
    assert (told.value.why, told.value.line, told.value.text) == ("wrong", 3, "#N/A")


def test_a_workbook_that_unpacks_into_too_much_is_refused() -> None:
    raw, stream = workbook(["Navn"], ["Ærø"]), io.BytesIO()
    with ZipFile(io.BytesIO(raw)) as good, ZipFile(stream, "w", ZIP_DEFLATED) as bomb:
        for part in good.namelist():
            bomb.writestr(part, good.read(part))
        bomb.writestr("xl/media/zeros", bytes(files.MOST_UNPACKED))
    assert len(stream.getvalue()) < files.MOST_BYTES
    with pytest.raises(files.Unreadable, match="packed"):
        files.table(stream.getvalue())


@pytest.mark.parametrize("cut", [30, 400, -200])
def test_a_workbook_that_is_cut_off_is_damaged(cut: int) -> None:
    with pytest.raises(files.Unreadable, match="damaged"):
        lines(workbook(["Navn"], ["Ærø"])[:cut])


@pytest.mark.parametrize("cell", ['<c r="A2" s="99"><v>1</v></c>', f'<c r="A2"><v>{"9" * 400}</v></c>'])
def test_a_cell_that_no_spreadsheet_writes_is_damaged(cell: str) -> None:
    raw, stream = workbook(["Navn"], [1000]), io.BytesIO()
    with ZipFile(io.BytesIO(raw)) as good, ZipFile(stream, "w", ZIP_DEFLATED) as bad:
        for part in good.namelist():
            bad.writestr(part, good.read(part).replace(b'<c r="A2" t="n"><v>1000</v></c>', cell.encode()))
    with pytest.raises(files.Unreadable, match="damaged"):
        lines(stream.getvalue())


@pytest.mark.parametrize("mark", ['9;"Ry\n10;By\n', '9;"Ry\n10;By\n11;"Ærø"\n', '9;"Ry" Bageri\n'])
def test_a_quotation_mark_that_nobody_closes_takes_no_customers_with_it(mark: str) -> None:
    with pytest.raises(files.Unreadable, match="broken") as told:
        lines(f"Nr;Navn\n{mark}".encode())
    assert told.value.line == 2


def test_another_sheet_can_be_chosen() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(["Noter"], ["x"])))
    book.create_sheet("Kunder").append(["Navn"])
    book["Kunder"].append(["Ærø"])
    stream = io.BytesIO()
    book.save(stream)
    assert files.sheet_names(stream.getvalue()) == ["Ark1", "Kunder"] and lines(stream.getvalue(), 1) == [["Ærø"]]


def test_more_customers_than_may_be_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_LINES", 2)
    with pytest.raises(files.Unreadable, match="long"):
        lines(b"Navn\na\nb\nc\n")


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=4))
def test_what_we_write_is_what_we_read(rows: list[list[str]]) -> None:
    wanted = [row if row[1] else row[:1] for row in rows if any(row)]
    assert lines(b"".join(sheets.as_csv(["a", "b"], rows))) == wanted
    assert lines(sheets.as_xlsx(["a", "b"], rows, "x")) == wanted


def test_a_cell_far_out_to_the_right_costs_no_more_than_its_own_line() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Navn"])
    book.active.cell(2, 16_384).number_format = "0"
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(files.Unreadable, match="wide"):
        lines(stream.getvalue())


def test_a_workbook_of_names_within_names_is_damaged() -> None:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]><worksheet>&a11;</worksheet>'
    raw, stream = workbook(["Navn"], ["Ærø"]), io.BytesIO()
    with ZipFile(io.BytesIO(raw)) as good, ZipFile(stream, "w", ZIP_DEFLATED) as bad:
        for part in good.namelist():
            bad.writestr(part, bomb if "sheet1" in part else good.read(part))
    with pytest.raises(files.Unreadable, match="damaged"):
        lines(stream.getvalue())


def test_the_line_by_which_excel_names_what_parts_the_columns_is_no_head() -> None:
    assert list(files.table(b"sep=;\r\nNavn;By\r\nA, B;Ry\r\n").lines) == [(3, ["A, B", "Ry"])]
