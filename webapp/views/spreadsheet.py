"""A list to take away: the same lines as CSV or as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Response

from webapp import ports, sheets

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answer(kind: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """The file, named after what it holds and the day."""
    body = sheets.as_csv(heads, rows) if kind == "csv" else sheets.as_xlsx(heads, rows, title)
    name = f"{title.lower()}-{ports.now():%Y-%m-%d}.{kind}"
    told = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(body, mimetype="text/csv" if kind == "csv" else XLSX, headers=told)
