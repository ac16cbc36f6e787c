"""Who gave a field its present value, and when, as far as history tells: asked for many customers at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from webapp.models import history
from webapp.models.company import Company
from webapp.models.history import History
from webapp.models.user import User


@dataclass(frozen=True)
class Change:
    """When and by whom a value came to be what it is; `who` is empty where no person is known."""

    who: str
    at: Any


Changes = dict[tuple[str, int, str], Change]
_COLUMNS = {history.OURS: "customer_id", history.THEIRS: "mirror_id"}


def latest(company: Company | int, side: str, records: Collection[int], fields: Collection[str]) -> Changes:
    """(side, record, field) -> its last change on that side, for these records and fields, in one query."""
    if not records or not fields:
        return {}
    column = getattr(History, _COLUMNS[side])
    newest = (
        History.select(fn.MAX(History.id))
        .where(History.company == company, column.in_(list(records)))
        .where(History.field.in_(list(fields)), History.side == side)
        .group_by(column, History.field)
    )
    query = History.select(History, User).join(User, JOIN.LEFT_OUTER, on=(History.by == User.id))
    return {
        (side, getattr(line, _COLUMNS[side]), line.field): Change(line.by.name if line.by else "", line.at)
        for line in query.where(History.id.in_(newest))
    }
