"""Suggestions: "Ikke den samme" of two that stand opposite each other, and its taking back."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import auth
from webapp.models.connection import Connection
from webapp.models.user import User
from webapp.sync import not_same
from webapp.sync.creations import AlreadyPaired
from webapp.sync.pairings import Moved
from webapp.views import sync_window
from webapp.views.pairings import both
from webapp.views.sync_window import Touched

blueprint = Blueprint("suggestions", __name__, url_prefix="/suggestions")
Verb = Callable[[Connection, int, int, User | None], None]


@blueprint.post("/<int:customer_id>/<int:mirror_id>/apart")
def apart(customer_id: int, mirror_id: int) -> ResponseReturnValue:
    """ "Ikke den samme"."""
    return _said(not_same.apart, customer_id, mirror_id, _("Husket: de to er ikke den samme kunde."))


@blueprint.post("/<int:customer_id>/<int:mirror_id>/together")
def together(customer_id: int, mirror_id: int) -> ResponseReturnValue:
    """ "Fortryd": they may be the same after all."""
    return _said(not_same.together, customer_id, mirror_id, _("De to kan være den samme kunde igen."))


def _said(verb: Verb, customer_id: int, mirror_id: int, done: str) -> ResponseReturnValue:
    active = sync_window.connection()
    customer, mirror = both(active, customer_id, mirror_id)
    touched = Touched(active, customer.id, mirror.id)
    try:
        verb(active, customer.id, mirror.id, auth.user())
    except (AlreadyPaired, Moved):
        return touched.stale()
    return touched.answer(done)
