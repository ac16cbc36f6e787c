"""A list to take away: the same lines as CSV or as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Response

from webapp import ports, sheets

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answer(kind: str, name: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """The file, called by a name in ASCII and the day; the title is the sheet's."""
    body = sheets.as_csv(heads, rows) if kind == "csv" else sheets.as_xlsx(heads, rows, title)
    told = {"Content-Disposition": f"attachment; filename={name}-{ports.now():%Y-%m-%d}.{kind}"}
    return Response(body, mimetype="text/csv" if kind == "csv" else XLSX, headers=told)
