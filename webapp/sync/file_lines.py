"""The customers in a file that was sent: one for each line, by the fields that its columns were chosen to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from webapp import files
from webapp.files import Unreadable
from webapp.models.company import Company
from webapp.models.upload import Upload
from webapp.sync.normalise import settle
from webapp.sync.runs_plan import File, Line


def read(company: Company, chosen: File) -> tuple[Line, ...]:
    """All of them. Raises Unreadable, also when there is nobody in it, or it is here no longer."""
    found = Upload.found(company, chosen.upload)
    if found is None:
        raise Unreadable("gone")
    lines = tuple(_lines(found.name, files.table(found.sent, chosen.sheet), chosen.columns))
    if not lines:
        raise Unreadable("nobody")
    return lines


def _lines(name: str, table: files.Table, columns: Sequence[str]) -> Iterator[Line]:
    for place, cells in table.lines:
        if len(cells) > len(table.heads):
            raise Unreadable("cells", place)
        told = {field: settle(cell) for field, cell in zip(columns, cells, strict=False) if field}
        number = told.pop("number", "") if "number" in columns else None
        yield Line(name, place, number, {field: value for field, value in told.items() if value})
