"""Regler for felter: which way each field goes, who wins a collision, and who decided so."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import auth, htmx
from webapp.models.connection import Connection
from webapp.models.field_rule import CHOICES, FieldRule
from webapp.sync import rules
from webapp.sync.fields import NAMES
from webapp.views import rule_words, sync_window

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


def _held(active: Connection | None) -> list[FieldRule]:
    return list(FieldRule.of(active)) if active else []


def _ended(active: Connection | None) -> list[FieldRule]:
    query = FieldRule.select().where(FieldRule.connection == active, FieldRule.ended_at.is_null(False))
    return list(query.order_by(FieldRule.ended_at.desc()).limit(ENDED_SHOWN)) if active else []
