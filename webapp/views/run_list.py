"""Kørsler: every plan and run of a company, a page at a time, and as a list to take away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from peewee import fn

from webapp import filters
from webapp.models import run as states
from webapp.models.company import Company
from webapp.models.connection import CLOSED, Connection
from webapp.models.run import Run, RunItem
from webapp.views import run_page, run_words

PAGE = 50


def page(company: Company, number: int) -> tuple[list[Run], bool]:
    """Fifty, the newest first, and whether there are older ones."""
    found = list(_listed(company).offset((number - 1) * PAGE).limit(PAGE + 1))
    return found[:PAGE], len(found) > PAGE


def heads() -> list[str]:
    return [
        _("Nr."), _("Kørsel"), _("Tilstand"), _("Lavet"), _("Lavet af"), _("Udført af"), _("Sluttet"), _("Kunder"),
        _("Udført"), _("Fejlet"),
    ]  # fmt: skip


def lines(company: Company) -> Iterator[list[str]]:
    """The same for a spreadsheet, all of them."""
    for run in _listed(company):
        word = str(run_words.STATES[run.state][2])
        made, by = filters.stamp(run.created_at), run.created_by.name if run.created_by else ""
        applied = run.ordered_by.name if not run.is_plan and run.ordered_by else ""
        counts = ["", "", ""] if run.is_making else [str(count) for count in (run.total, run.done, run.failed)]
        yield [str(run.id), run_words.heading(run), word, made, by, applied, filters.stamp(run.finished_at), *counts]


def _listed(company: Company) -> Any:
    """All runs of the connection there is and of files, and the plans that can still be carried out, the newest
    first."""
    living = Connection.select(Connection.id).where(Connection.company == company, Connection.state != CLOSED)
    own = Run.company == company, Run.connection.in_(living)
    query = Run.select().where(*own, Run.state != states.DROPPED, ~_is_idle())
    return query.order_by(Run.id.desc())


def _is_idle() -> Any:
    """A plan in which nobody takes part, nor can be ticked to."""
    tickable = run_page.tickable().where(RunItem.run == Run.id)
    return (Run.state == states.PLANNED) & (Run.total == 0) & ~fn.EXISTS(tickable)
