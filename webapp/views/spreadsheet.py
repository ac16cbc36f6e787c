"""A list to take away: the same lines as CSV or as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flask import Response, stream_with_context

from webapp import db, ports, sheets

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answer(kind: str, name: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """The file, called by a name in ASCII and the day; the title is the sheet's. A CSV is sent while it is read."""
    body = stream_with_context(_read(heads, rows)) if kind == "csv" else sheets.as_xlsx(heads, rows, title)
    told = {"Content-Disposition": f"attachment; filename={name}-{ports.now():%Y-%m-%d}.{kind}"}
    return Response(body, mimetype="text/csv" if kind == "csv" else XLSX, headers=told)


def _read(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """By now the request is over, and with it its database connection."""
    with db.connected():
        yield from sheets.as_csv(heads, rows)
