"""Sundhedstjek: both registers looked through, what is odd grouped by cause, and ours mended where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp import auth, forms, htmx
from webapp.forms import Choices
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.sync import checking, checkup, register
from webapp.sync.fields import NAMES
from webapp.sync.normalise import same, settle
from webapp.views import checkup_words, grid, spreadsheet

blueprint = Blueprint("checkup", __name__, url_prefix="/checkup")
WRONG = 422


@dataclass(frozen=True)
class Typed:
    """What came back from the grid for one field of one customer of ours, and what is wrong with it."""

    customer_id: int
    field: str
    shown: str
    value: str
    wrong: str = ""


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Every cause with its count; the one asked for with its customers."""
    return _page(request.args.get("cause", ""), request.args.get("page", 1, int))


@blueprint.get("/seen")
def seen() -> ResponseReturnValue:
    """Asked by a page that shows an older look, or none, until the worker has looked through the registers anew."""
    cause, page = request.args.get("cause", ""), request.args.get("page", 1, int)
    address = url_for("checkup.index", cause=cause or None, page=page)
    if not htmx.wants_piece():
        return htmx.go(address)
    _check, is_of_now = checking.known(auth.company(), Connection.open_of(auth.company()))
    if not is_of_now:
        return "", 204
    if request.args.get("nothing"):
        return htmx.go(address)
    return htmx.partials(htmx.piece("#seen", render_template("checkup/_seen.html", address=address)))


@blueprint.post("")
@auth.administrator_only
def mend() -> ResponseReturnValue:
    """ "Gem": each customer by itself; what cannot be saved comes back with the reason."""
    company = auth.company()
    choices = forms.choices_of(Connection.open_of(company))
    typed = [_saved(line, company, choices) for line in _typed() if not same(line.value, line.shown)]
    wrong = {(line.customer_id, line.field): line for line in typed if line.wrong}
    if wrong:
        return _page(request.form.get("cause", ""), request.form.get("page", 1, int), wrong), WRONG
    done = ngettext("%(num)s rettelse er gemt.", "%(num)s rettelser er gemt.", len(typed))
    return htmx.go(url_for("checkup.index"), done if typed else _("Intet er ændret."))


@blueprint.get("/list.<any(csv, xlsx):kind>")
def export(kind: str) -> ResponseReturnValue:
    """Everything that was found, a line each, for a spreadsheet."""
    return spreadsheet.answer(kind, "sundhedstjek", _("Sundhedstjek"), checkup_words.heads(), _thorough())


def _page(cause: str, page: int, wrong: Mapping[tuple[int, str], Typed] | None = None) -> str:
    if cause and cause not in checkup.CAUSES:
        abort(404, _("Den årsag findes ikke."))
    connection = Connection.open_of(auth.company())
    check, is_of_now = checking.known(auth.company(), connection)
    if check is None:
        return render_template("checkup/first.html")
    pages = check.pages(cause)
    page = min(max(1, page), pages)
    return render_template(
        "checkup/index.html", check=check, cause=cause, found=check.page(cause, page), page=page, pages=pages,
        wrong=wrong or {}, words=checkup_words, mended=checkup.MENDED, options=forms.choices_of(connection),
        connection=connection, is_of_now=is_of_now,
        theirs_known=bool(connection and connection.is_active and connection.fetched_at),
    )  # fmt: skip


def _thorough() -> Iterator[list[str]]:
    """Of the registers as they are now, however long that takes: a list to take away is not to be an older one."""
    found = checking.check(auth.company(), Connection.open_of(auth.company()))
    yield from map(checkup_words.line, found.everything())


def _typed() -> Iterator[Typed]:
    for key, value in request.form.items():
        field, _dash, number = key.removeprefix("value-").rpartition("-")
        customer_id = forms.read_number(number)
        if key.startswith("value-") and field in NAMES and customer_id:
            yield Typed(customer_id, field, request.form.get(f"shown-{field}-{number}", ""), settle(value))


def _saved(line: Typed, company: Company, choices: Choices) -> Typed:
    """Save one; the answer says what went wrong, if anything did."""
    try:
        shown, wrong = grid.save(company, line.customer_id, line.field, line.shown, line.value, choices)
    except register.NoSuchCustomer:
        shown, wrong = line.shown, _("Kunden findes ikke længere.")
    return Typed(line.customer_id, line.field, shown, line.value, wrong)
