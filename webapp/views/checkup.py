"""Sundhedstjek: both registers looked through, what is odd grouped by cause, and ours mended where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp import auth, forms, htmx, ports, sheets
from webapp.forms import Choices
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.default_rule import DefaultRule
from webapp.models.mirror import Mirror
from webapp.models.pairing import OPEN, Pairing
from webapp.sync import checkup, defaulting, register
from webapp.sync.checkup import Report, Row
from webapp.sync.fields import NAMES, REFERENCES
from webapp.sync.normalise import same, settle
from webapp.views import checkup_words, grid

blueprint = Blueprint("checkup", __name__, url_prefix="/checkup")
WRONG = 422
PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    heads, rows = checkup_words.heads(), map(checkup_words.line, _report()[0].findings)
    body = sheets.as_csv(heads, rows) if kind == "csv" else sheets.as_xlsx(heads, rows, _("Sundhedstjek"))
    name = f"sundhedstjek-{ports.now():%Y-%m-%d}.{kind}"
    told = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(body, mimetype="text/csv" if kind == "csv" else XLSX, headers=told)


def _page(cause: str, page: int, wrong: Mapping[tuple[int, str], Typed] | None = None) -> str:
    report, connection = _report()
    if cause and cause not in checkup.CAUSES:
        abort(404, _("Den årsag findes ikke."))
    found = report.by_cause.get(cause, ())
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(1, page), pages)
    return render_template(
        "checkup/index.html", report=report, cause=cause, found=found[(page - 1) * PAGE : page * PAGE],
        count=len(found), page=page, pages=pages, wrong=wrong or {}, words=checkup_words, mended=checkup.MENDED,
        options=forms.choices_of(connection), connection=connection,
        theirs_known=bool(connection and connection.is_active and connection.fetched_at),
    )  # fmt: skip


def _report() -> tuple[Report, Connection | None]:
    company = auth.company()
    connection = Connection.open_of(company)
    return checkup.examine(list(_rows(company, connection)), _filled(connection)), connection


def _filled(connection: Connection | None) -> Callable[[Mapping[str, str]], Mapping[str, str]]:
    """Before there is a connection nobody can know the lists, so nothing of them is missing yet."""
    if connection is None:
        return lambda values: dict.fromkeys(REFERENCES, "?") | dict(values)
    rules, defaults = DefaultRule.rules(connection), connection.defaults
    return lambda values: defaulting.filled(values, rules, defaults)


def _rows(company: Company, connection: Connection | None) -> Iterator[Row]:
    """Both registers, read as plain rows: there may be very many."""
    partners: dict[str, dict[int, int]] = {"ours": {}, "theirs": {}}
    if connection:
        pairs: Any = Pairing.select(Pairing.id, Pairing.customer, Pairing.mirror)
        for pair, ours, theirs in pairs.where(Pairing.connection == connection, Pairing.state == OPEN).tuples():
            partners["ours"][ours] = partners["theirs"][theirs] = pair
    for customer in _plain(Customer, Customer.of(company)):
        yield Row("ours", *customer, pair=partners["ours"].get(customer[0], 0))
    if connection:
        barred = _barred(connection)
        for mirror in _plain(Mirror, Mirror.of(connection)):
            pair = partners["theirs"].get(mirror[0], 0)
            yield Row("theirs", *mirror, pair=pair, barred=mirror[0] in barred)


def _plain(table: Any, query: Any) -> Iterator[tuple[int, int, dict[str, str]]]:
    columns = [table.id, table.number, *(getattr(table, name) for name in NAMES)]
    for key, number, *values in query.select(*columns).order_by(table.number).tuples().iterator():
        yield key, number, dict(zip(NAMES, values, strict=True))


def _barred(connection: Connection) -> set[int]:
    """Only rows whose record holds the word are read whole."""
    found = Mirror.of(connection).where(Mirror.raw_json.contains('"barred"'))
    return {mirror.id for mirror in found if mirror.record.get("barred") is True}


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
