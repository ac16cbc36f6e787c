"""A customer's story as a list to take away: a line for each field or event, oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from webapp.filters import label
from webapp.models.history import History
from webapp.views import customer_page
from webapp.views.customer_page import Page


def heads() -> list[str]:
    return [_("Hvornår"), _("Hvad"), _("System"), _("Hvem"), _("Felt"), _("Før"), _("Efter"), _("Kørsel")]


def lines(page: Page, story: Iterable[History]) -> Iterator[list[str]]:
    """As the story tells it, with the names from e-conomic's lists."""
    for line in story:
        told = [customer_page.when(line), customer_page.what(line), customer_page.system(line), customer_page.who(line)]
        field = customer_page.event(line) or label(line.field)
        values = [page.told(line, value) for value in (line.before, line.after)]
        yield [*told, field, *values, str(line.run_id or "")]
