"""Hvorfor står der det? Each value's own history with the way back, and a customer's whole story in both systems."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from peewee import JOIN

from webapp import auth, forms, htmx
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.erasure import Erasure
from webapp.models.field_rule import CUSTOMER, DIRECTION, WINNER, FieldRule
from webapp.models.history import OURS, PAIR, History
from webapp.models.pairing import Pairing
from webapp.models.user import User
from webapp.sync import register
from webapp.sync.fields import NAMES
from webapp.sync.normalise import same
from webapp.views import customer_page, rule_words, spreadsheet, story_file

blueprint = Blueprint("story", __name__, url_prefix="/customers")
WRONG = 422
MOST_IN_WHY = 50


@blueprint.get("/<int:customer_id>/why/<name>")
def why(customer_id: int, name: str) -> ResponseReturnValue:
    """Where one value came from, and what it was before."""
    return _why(*_found(customer_id, name))


@blueprint.post("/<int:customer_id>/why/<name>")
def put_back(customer_id: int, name: str) -> ResponseReturnValue:
    """ "Sæt tilbage": an edit like any other, so it goes to e-conomic too. Only what stands in this history."""
    customer, name = _found(customer_id, name)
    line = _of(customer).where(History.id == _number(request.form.get("line", "")), History.field == name).first()
    if line is None or customer.deleted_at:
        abort(404, _("Ændringen findes ikke."))
    wrong = _put_back(customer, name, line.before)
    if wrong:
        return _why(customer, name, wrong), WRONG
    return htmx.go(url_for("customers.show", customer_id=customer.id), _("Værdien er sat tilbage."))


@blueprint.get("/<int:customer_id>/story")
def story(customer_id: int) -> ResponseReturnValue:
    """Everything that happened to the customer in both systems, from the beginning; made for printing."""
    customer, _name = _found(customer_id)
    page, entries = customer_page.read(customer), customer_page.entries(_told(customer))
    return render_template("customers/story.html", customer=customer, page=page, entries=entries, words=customer_page)


@blueprint.get("/<int:customer_id>/story.<any(csv, xlsx):kind>")
def export(customer_id: int, kind: str) -> ResponseReturnValue:
    """The same for a spreadsheet: what a person may ask to be given."""
    customer, _name = _found(customer_id)
    lines = story_file.lines(customer_page.read(customer), _told(customer))
    return spreadsheet.answer(kind, f"kunde-{customer.number}", _("Historik"), story_file.heads(), lines)


def _told(customer: Customer) -> list[History]:
    return list(_of(customer).order_by(History.at, History.id))


def _why(customer: Customer, name: str, wrong: str = "") -> str:
    lines = list(_of(customer).where(History.field == name).order_by(History.id.desc()).limit(MOST_IN_WHY))
    now = getattr(customer, name)
    source = next((line for line in lines if line.side == OURS and same(line.after, now)), None)
    page = customer_page.read(customer)
    return render_template(
        "customers/why.html", customer=customer, name=name, now=now, page=page, wrong=wrong,
        entries=customer_page.entries(lines), source=source, rule_of=_rule_of, words=customer_page,
        rule_words=rule_words, offered=_offered(page, lines, now),
        back=url_for("customers.show", customer_id=customer.id),
    )  # fmt: skip


def _offered(page: customer_page.Page, lines: list[History], now: str) -> set[int]:
    """The lines whose earlier value can be put back: each value once, where it changed here if it did. Not what another
    agreement's list meant by its number."""
    first: dict[str, int] = {}
    for line in sorted(lines, key=lambda line: line.side != OURS):
        means_the_same = page.told(line, line.before) == page.shown(line.field, line.before)
        if line.before and means_the_same and not same(line.before, now):
            first.setdefault(line.before.strip(), line.id)
    return set(first.values())


def _put_back(customer: Customer, name: str, value: str) -> str:
    """What hinders it; '' when it is done."""
    wrong = forms.fault(name, value, forms.choices_of(Connection.open_of(auth.company())))
    if wrong:
        return wrong
    shown = request.form.get("shown", "")
    try:
        saved = register.change(auth.company(), customer.id, {name: shown}, {name: value}, auth.user())
    except register.NoSuchCustomer:
        abort(404, _("Kunden er slettet imens."))
    return str(_("Nogen har rettet feltet imens. Intet er ændret.")) if isinstance(saved, register.Moved) else ""


def _found(customer_id: int, name: str = "name") -> tuple[Customer, str]:
    customer = Customer.found(auth.company(), customer_id, deleted=True)
    if customer is None or name not in NAMES:
        abort(404, _("Kunden findes ikke, eller den er slettet."))
    return customer, name


def _of(customer: Customer) -> Any:
    """All lines about the customer and about those it has been paired with, but for what was done to another of ours.

    A send is noted for their record and for the pair: the first tells all that it changed.
    """
    partners = Pairing.select(Pairing.mirror_id).where(Pairing.customer == customer, Pairing.mirror.is_null(False))
    line = History.alias()
    ids = line.select(line.id).where(line.company == customer.company_id)
    if Erasure.of(customer):  # What becomes of the partner there since is no part of this one's story any more.
        partners = partners.where(Pairing.id.is_null())
    theirs = ids.where(line.mirror_id.in_(partners), line.customer_id.is_null())
    again = (History.side == PAIR) & (History.cause == "push")
    query = History.select(History, User).join(User, JOIN.LEFT_OUTER, on=History.by)
    # Each half by its own index: one condition with OR is a walk through the company's whole history on SQLite.
    return query.where(History.id.in_(ids.where(line.customer_id == customer.id) | theirs), ~again)


def _rule_of(line: History) -> FieldRule | None:
    """The rule by which a line came about."""
    if line.cause != "rule":
        return None
    query = FieldRule.select().where(
        FieldRule.connection == line.connection_id, FieldRule.field.in_((line.field, CUSTOMER)),
        FieldRule.kind.in_((WINNER, DIRECTION)), FieldRule.created_at <= line.at,
        FieldRule.ended_at.is_null() | (FieldRule.ended_at >= line.at),
    )  # fmt: skip
    found: FieldRule | None = query.order_by(FieldRule.kind == WINNER, FieldRule.id.desc()).first()
    return found


def _number(text: str) -> int:
    return forms.read_number(text) or 0
