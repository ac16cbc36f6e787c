"""Tables that somebody else has made, read as lines of text: CSV as any program writes it, XLSX without trust."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zipfile import ZipFile

import openpyxl

from webapp import sheets

MOST_BYTES = 10 * 1024 * 1024
MOST_LINES = 100_000
MOST_COLUMNS, WIDEST = 200, 1000
"""So many columns may hold something, and so many may there be at all: each cell of them costs time."""

MOST_UNPACKED = 150 * 1024 * 1024
LAST_LINE = 1_048_576
_XLSX, _OLD = b"PK", b"\xd0\xcf"
_NOUGHTS = re.compile(r"0{2,}")
Cells = list[str]


class Unreadable(Exception):
    """The file cannot be used. `why`: empty, binary, workbook, old, packed, damaged, long, wide, cells, broken, wrong,
    nobody or gone."""

    def __init__(self, why: str, line: int = 0, text: str = "") -> None:
        super().__init__(why)
        self.why, self.line, self.text = why, line, text


@dataclass(frozen=True)
class Table:
    """The heads, and each line below that holds anything, with its number as a spreadsheet counts."""

    heads: Cells
    lines: Iterator[tuple[int, Cells]]


def is_workbook(raw: bytes) -> bool:
    return raw.startswith(_XLSX)


def sheet_names(raw: bytes) -> list[str]:
    """The sheets of a workbook; none of a text file. Raises Unreadable."""
    if not is_workbook(raw):
        return []
    book = _book(raw)
    names = [sheet.title for sheet in book.worksheets]
    book.close()
    if not names:
        raise Unreadable("empty")
    return names


def table(raw: bytes, sheet: int = 0) -> Table:
    """The first line that holds anything names the columns. Raises Unreadable, also while its lines are read."""
    lines = _filled(_workbook_lines(raw, sheet) if is_workbook(raw) else csv_lines(raw))
    _number, heads = next(lines, (0, []))
    if not heads:
        raise Unreadable("empty")
    return Table(heads, lines)


def csv_lines(raw: bytes) -> Iterator[Cells]:
    """Every line of a text file, parted by whichever of comma, semicolon and tab its first line has most of."""
    text = _text(raw)
    first = next((line for line in text.splitlines() if line.strip()), "")
    told = re.fullmatch(r"\s*sep=(.)\s*", first)  # Excel's own line for what parts the columns
    delimiter = told[1] if told else max(",;\t", key=first.count)
    # Strictly, for otherwise a quotation mark that nobody closes takes the customers below it into its cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        began = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as fault:
            raise Unreadable("broken", began, str(fault)) from fault
        if cells is None:
            return
        yield [] if told and cells == ["sep=", ""] else cells


def _text(raw: bytes) -> str:
    """UTF-8, or what Danish spreadsheets write when they do not."""
    if raw.startswith((_XLSX, _OLD)):
        raise Unreadable("workbook" if raw.startswith(_XLSX) else "old")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    if b"\0" in raw:
        raise Unreadable("binary")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _filled(lines: Iterator[Cells]) -> Iterator[tuple[int, Cells]]:
    """The lines that hold anything, each with its number; too many, or too wide, are refused."""
    found = 0
    for number, cells in enumerate(lines, 1):
        if number > LAST_LINE:
            raise Unreadable("long", number)
        trimmed = [sheets.unguarded(cell).strip() for cell in cells]
        while trimmed and not trimmed[-1]:
            trimmed.pop()
        if not trimmed:
            continue
        found += 1
        if found > MOST_LINES + 1:
            raise Unreadable("long", number)
        if len(trimmed) > MOST_COLUMNS:
            raise Unreadable("wide", number)
        yield number, trimmed


def _book(raw: bytes) -> Any:
    """The workbook, opened for reading line by line: formulas as their values, nothing unpacked beyond reason."""
    try:
        with ZipFile(io.BytesIO(raw)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise Unreadable("packed")
        return openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
    except (Unreadable, MemoryError):
        raise
    except Exception as fault:  # whatever openpyxl and the XML beneath it make of a broken file
        raise Unreadable("damaged", text=type(fault).__name__) from fault


def _workbook_lines(raw: bytes, sheet: int) -> Iterator[Cells]:
    book = _book(raw)
    chosen = book.worksheets[sheet if 0 <= sheet < len(book.worksheets) else 0]
    chosen.reset_dimensions()
    try:
        for number, cells in enumerate(chosen.iter_rows(), 1):
            if len(cells) > WIDEST:
                raise Unreadable("wide", number)
            yield [_shown(cell, number) for cell in cells[: MOST_COLUMNS + 1]]
    except (Unreadable, MemoryError):
        raise
    except Exception as fault:  # as above: each line is unpacked only when it is asked for
        raise Unreadable("damaged", text=type(fault).__name__) from fault
    finally:
        book.close()


def _shown(cell: Any, line: int) -> str:
    """The cell as a person sees it in a spreadsheet; one that shows a fault is refused."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        raise Unreadable("wrong", line, str(value))
    if isinstance(value, bool):
        return "SAND" if value else "FALSK"
    if isinstance(value, int | float):
        return _number(value, cell.number_format or "")
    if isinstance(value, datetime):
        return f"{value:%d-%m-%Y}" if value.time() == time() else f"{value:%d-%m-%Y %H:%M}"
    return f"{value:%d-%m-%Y}" if isinstance(value, date) else str(value)


def _number(value: int | float, shown_as: str) -> str:
    """12345678 and never 12345678.0; with the noughts that its format puts before it."""
    whole = int(value) if float(value).is_integer() else None
    if whole is None:
        return repr(value).replace(".", ",")
    return str(whole).zfill(len(shown_as)) if _NOUGHTS.fullmatch(shown_as) else str(whole)
