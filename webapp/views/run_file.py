"""A plan or a run as a list to take away: a line for each field that changes, and why somebody is held back."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from webapp.filters import label
from webapp.models.run import Run, RunItem
from webapp.views import run_page, run_words

SIDES = {"ours": "CleanManager", "theirs": "e-conomic"}


def heads() -> list[str]:
    return [_("Kundenr."), _("Navn"), _("Tilstand"), _("Bemærkning"), _("Felt"), _("Hvor"), _("Før"), _("Efter")]


def _told(item: RunItem) -> tuple[str, str]:
    """Number and name of one who is in no register yet."""
    note = item.note
    return str(item.number or note.get("said") or ""), str(note.get("row", {}).get("name", ""))


def lines(run: Run) -> Iterator[list[str]]:
    """In the order of the page; who changes in no field has one line."""
    for line in run_page.every(run):
        item, party = line.item, line.party
        told = " ".join(filter(None, (run_words.why(item) if item.reason else "", run_words.does(item))))
        number, name = (str(party.number), party.name) if party else _told(item)
        who = [number, name, run_words.stands(run, item.state, is_open=line.is_tickable), told]
        for sides, field, before, after in line.changes or [((), "", "", "")]:
            where = ", ".join(SIDES[side] for side in sides)
            yield [*who, label(field) if field else "", where, before, after]
