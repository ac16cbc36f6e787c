"""Regler for felter: which way customers and each field go, who is made where, who wins, and who decided so."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import auth, htmx
from webapp.models.connection import Connection
from webapp.models.field_rule import CHOICES, CUSTOMER, DIRECTION, NEW_CUSTOMER, OF_CUSTOMERS, FieldRule
from webapp.sync import rules
from webapp.sync.creations import NotCreated
from webapp.sync.fields import NAMES
from webapp.sync.plan import OPEN_TO
from webapp.views import errors, rule_words, sync_window

blueprint = Blueprint("rules", __name__, url_prefix="/settings/fields")
ENDED_SHOWN = 20


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Every field with its rules; a company that is not connected has none."""
    active = Connection.open_of(auth.company())
    policy = FieldRule.policy(active) if active else None
    return render_template(
        "rules/index.html", connection=active, policy=policy, names=NAMES, choices=CHOICES, words=rule_words,
        held=_held(active), ended=_ended(active),
    )  # fmt: skip


@blueprint.post("")
def save() -> ResponseReturnValue:
    """ "Gem": only what the person changed counts, so two people do not undo each other's rules."""
    active = sync_window.connection()
    changed = list(_changed())
    for name, kind, value in changed:
        rules.lay_down(active, name, kind, value, auth.user())
    done = _("Reglerne er gemt.") if changed else _("Intet er ændret.")
    return htmx.go(url_for("rules.index"), done)


@blueprint.post("/<int:rule_id>/end")
def end(rule_id: int) -> ResponseReturnValue:
    """ "Ophæv": what the rule has answered stays answered."""
    active = Connection.open_of(auth.company())
    found = FieldRule.found(active, rule_id) if active else None
    if active is None or found is None:
        abort(404, _("Reglen findes ikke."))
    rules.take_back(active, found.id, auth.user())
    return htmx.go(url_for("rules.index"), _("Reglen er ophævet."))


def _changed() -> Iterator[tuple[str, str, str]]:
    """(field, kind, value) for each choice that is another than the page showed."""
    for name in NAMES:
        for kind, values in CHOICES.items():
            value = request.form.get(f"{kind}-{name}", "")
            if value in values and value != request.form.get(f"shown-{kind}-{name}", values[0]):
                yield name, kind, value
    yield from _of_customers()


def _of_customers() -> Iterator[tuple[str, str, str]]:
    """The same for customers as a whole; a tick that the person left alone stays as it is by now."""
    whole, shown = (request.form.get(f"{prefix}direction-{CUSTOMER}", "") for prefix in ("", "shown-"))
    if whole in OF_CUSTOMERS[CUSTOMER] and whole != shown:
        yield CUSTOMER, DIRECTION, whole
    now = OPEN_TO["both"] - FieldRule.policy(sync_window.connection()).not_created
    form = request.form
    ticks = {side: (form.get(f"shown-create-{side}"), form.get(f"create-{side}", "no")) for side in OPEN_TO["both"]}
    ticked = {side for side, (before, given) in ticks.items() if before == "no" and given == "yes"}
    cleared = {side for side, (before, given) in ticks.items() if before == "yes" and given == "no"}
    if ticked or cleared:
        sides = (now | ticked) - cleared
        yield NEW_CUSTOMER, DIRECTION, next(one for one, open_sides in OPEN_TO.items() if open_sides == sides)


@blueprint.app_errorhandler(NotCreated)
def not_created(fault: NotCreated) -> ResponseReturnValue:
    """Somebody ordered a customer on a side where the company lets none be made."""
    sentence = f"{rule_words.NOT_CREATED[fault.side]} {_('Intet er ændret.')}"
    return errors.answer(409, _("Det lykkedes ikke"), sentence)


def _held(active: Connection | None) -> list[FieldRule]:
    return list(FieldRule.of(active)) if active else []


def _ended(active: Connection | None) -> list[FieldRule]:
    query = FieldRule.select().where(FieldRule.connection == active, FieldRule.ended_at.is_null(False))
    return list(query.order_by(FieldRule.ended_at.desc()).limit(ENDED_SHOWN)) if active else []
