"""Tables as files for a spreadsheet: CSV and XLSX, in which no cell can ever be a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import xlsxwriter

MOST_LINES = 1_048_575
"""Under the heads of one sheet: what is written below the last line that there can be is lost without a word."""
AT_ONCE = 500

# What makes a spreadsheet program take a text for a formula.
_FORMULA = re.compile(r"^'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """UTF-8 with its mark and semicolons, as a Danish Excel reads it; a text like a formula gets an apostrophe. The
    heads come before any row is asked for, the rows some at a time."""
    yield _written([heads]).encode("utf-8-sig")
    rest = iter(rows)
    while some := list(islice(rest, AT_ONCE)):
        yield _written([_harmless(cell) for cell in row] for row in some).encode()


def _written(rows: Iterable[Sequence[str]]) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";", lineterminator="\r\n").writerows(rows)
    return stream.getvalue()


def as_xlsx(heads: Sequence[str], rows: Iterable[Sequence[str]], title: str) -> bytes:
    """Sheets with a head line, as many as the list needs; every cell is written as text, line by line, so that a long
    list fills no memory."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"constant_memory": True}) as book:
        bold, sheet = book.add_format({"bold": True}), None
        for number, row in enumerate(rows):
            part, line = divmod(number, MOST_LINES)
            if sheet is None or not line:
                sheet = _begun(book, heads, f"{title[:25]} {part + 1}" if part else title[:31], bold)
            for column, cell in filter(_is_filled, enumerate(row)):
                sheet.write_string(line + 1, column, _UNSEEN.sub("", _kept(cell))[:32_767])
        if sheet is None:
            _begun(book, heads, title[:31], bold)
    return stream.getvalue()


def _begun(book: Any, heads: Sequence[str], title: str, bold: Any) -> Any:
    sheet = book.add_worksheet(title)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
        sheet.set_column(column, column, 24)
    sheet.freeze_panes(1, 0)
    return sheet


def unguarded(cell: str) -> str:
    """The text as it was before it got its apostrophe."""
    return cell[1:] if cell.startswith("'") and _FORMULA.search(cell) else cell


def _kept(cell: str) -> str:
    """A text needs no apostrophe here; one that begins with its own gets another, so that none is taken off it."""
    return _harmless(cell) if cell.startswith("'") else cell


def _is_filled(cell: tuple[int, str]) -> bool:
    return cell[1] != ""


def _harmless(cell: str) -> str:
    return f"'{cell}" if _FORMULA.search(cell) else cell
