"""Regler for nye kunder: which group, terms, zone and currency a customer gets there, and a try at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from webapp import auth, forms, htmx
from webapp.models.connection import DEFAULTS, Connection
from webapp.models.customer import Customer
from webapp.models.default_rule import DefaultRule
from webapp.sync import countries, default_rules, defaulting
from webapp.views import default_words

blueprint = Blueprint("defaults", __name__, url_prefix="/settings/new-customers")
WRONG = 422
CONDITIONS = {
    "country": ("", countries.HOME, defaulting.IN_EU, defaulting.OUTSIDE_EU),
    "ean": ("", defaulting.WITH, defaulting.WITHOUT),
    "party": ("", defaulting.COMPANY, defaulting.PRIVATE),
}


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The rules in their order, and what they make of a customer that one asks for."""
    return _page(Connection.open_of(auth.company()))


@blueprint.post("")
def add() -> ResponseReturnValue:
    """ "Tilføj regel": asked after the others."""
    active = _connection()
    condition = {name: request.form.get(name, "") for name in CONDITIONS}
    sets = {name: value for name in DEFAULTS if (value := request.form.get(name, ""))}
    if wrong := _fault(active, condition, sets):
        return _page(active, wrong), WRONG
    default_rules.lay_down(active, condition, sets, auth.user())
    return htmx.go(url_for("defaults.index"), _("Reglen er tilføjet."))


@blueprint.post("/<int:default_rule_id>/up")
def move_up(default_rule_id: int) -> ResponseReturnValue:
    default_rules.move_up(_connection(), _found(default_rule_id).id)
    return htmx.go(url_for("defaults.index"), _("Reglen bliver nu spurgt tidligere."))


@blueprint.post("/<int:default_rule_id>/end")
def end(default_rule_id: int) -> ResponseReturnValue:
    """ "Fjern": customers that were created by the rule stay as they are."""
    default_rules.take_back(_connection(), _found(default_rule_id).id, auth.user())
    return htmx.go(url_for("defaults.index"), _("Reglen er fjernet."))


def _page(active: Connection | None, wrong: str = "") -> str:
    asked, customer = _asked()
    unknown = "" if customer else request.args.get("number", "").strip()
    return render_template(
        "defaults/index.html", connection=active, rules=list(DefaultRule.of(active)) if active else [], wrong=wrong,
        choices=forms.choices_of(active), words=default_words, conditions=CONDITIONS, names=DEFAULTS,
        lands=_lands(), asked=asked, customer=customer, unknown=unknown,
        outcome={} if unknown else _outcome(active, asked), given=request.form,
    )  # fmt: skip


def _asked() -> tuple[dict[str, str], Customer | None]:
    """The customer to try: one of the register by its number, or what was typed."""
    number = forms.read_number(request.args.get("number", ""))
    customer = Customer.with_number(auth.company(), number) if number else None
    if customer is not None:
        return customer.values, customer
    return {name: request.args.get(name, "").strip() for name in ("country", "ean", "cvr")}, None


def _outcome(active: Connection | None, asked: Mapping[str, str]) -> dict[str, Any]:
    if active is None or not request.args:
        return {}
    return defaulting.chosen(asked, DefaultRule.rules(active), active.defaults)


def _fault(active: Connection, condition: Mapping[str, str], sets: Mapping[str, str]) -> str:
    codes = set(countries.spellings().values())
    for name, value in condition.items():
        if value not in CONDITIONS[name] and not (name == "country" and value in codes):
            return str(_("Vælg fra listen."))
    if not sets:
        return str(_("Vælg mindst én værdi, som reglen skal give."))
    choices = forms.choices_of(active)
    return next((fault for name, value in sets.items() if (fault := forms.fault(name, value, choices))), "")


def _lands() -> list[tuple[str, str]]:
    """Every country but our own, by name."""
    language = get_locale().language
    return [land for land in countries.listed(language) if land[0] != countries.HOME]


def _connection() -> Connection:
    active = Connection.open_of(auth.company())
    if active is None:
        abort(409, _("Der er ingen forbindelse til e-conomic."))
    return active


def _found(rule_id: int) -> DefaultRule:
    active = Connection.open_of(auth.company())
    found = DefaultRule.found(active, rule_id) if active else None
    if found is None:
        abort(404, _("Reglen findes ikke."))
    return found
