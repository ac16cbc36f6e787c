"""Prøvetilstand: what the synchronisation would do, while nothing is written; begun and ended by a person."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from webapp import auth, htmx
from webapp.models.connection import ENDING, Connection, Reference
from webapp.models.tally import Tally
from webapp.sync import outlook, rehearsal
from webapp.sync.outlook import Totals
from webapp.sync.rehearsal import Rehearsing
from webapp.sync.section import Section
from webapp.views import integrations, rehearsal_words

blueprint = Blueprint("rehearsals", __name__, url_prefix="/settings/integrations/economic/rehearsal")
SHOWN = 50
WRONG = 422
AT_ONCE = 500
"""So many pairs are planned, for the numbers, before the page is shown."""


@blueprint.get("")
def index() -> ResponseReturnValue:
    """What would happen, in numbers and customer by customer; or what a rehearsal is, and the button that begins it."""
    active = Connection.open_of(auth.company())
    is_on = active is not None and active.is_active and active.is_rehearsing
    many = outlook.count(active) if active and is_on else 0
    pages = max(1, -(-many // SHOWN))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    at_once = active and is_on and (many <= AT_ONCE or "totals" in request.args)
    return render_template(
        "rehearsals/index.html", connection=active, page=page, pages=pages,
        totals=Totals.of(active) if active and at_once else None,
        prospects=list(outlook.of(active, after=(page - 1) * SHOWN, most=SHOWN)) if active and many else [],
        names=Reference.names(active) if active else {},
        alone=Tally.of(active)[Section.NEW.value] if active else (0, 0, 0), outlook=outlook,
    )  # fmt: skip


@blueprint.get("/totals")
def totals() -> ResponseReturnValue:
    """The numbers, asked for by a page that would have had to wait for them."""
    active = Connection.open_of(auth.company())
    if active is None or not active.is_rehearsing or not htmx.wants_piece():
        return htmx.go(url_for("rehearsals.index", totals=1))
    return htmx.partials(htmx.piece("#totals", render_template("rehearsals/_totals.html", totals=Totals.of(active))))


@blueprint.post("/begin")
def begin() -> ResponseReturnValue:
    """ "Begynd prøvetilstand"."""
    active = integrations.connected()
    if not rehearsal.begin(active, auth.user()):
        return _back(_("Prøvetilstand er allerede slået til. Intet er ændret."), "ask")
    is_ending = Connection.get_by_id(active.id).rehearsal == ENDING
    return _back(rehearsal_words.ENDS_FIRST if is_ending else _("Prøvetilstand er slået til. Intet skrives fra nu af."))


@blueprint.get("/end")
@auth.administrator_only
def ending() -> ResponseReturnValue:
    """ "Gå i drift …": what will happen then, in numbers, and the confirmation."""
    active = integrations.connected()
    if not active.is_rehearsing:
        return _back(_("Prøvetilstand er ikke slået til. Intet er ændret."), "ask")
    return _ending(active)


@blueprint.post("/end")
def end() -> ResponseReturnValue:
    """ "Gå i drift": just what was shown is done."""
    active = integrations.connected()
    if active.is_rehearsing and Totals.of(active).mark != request.form.get("seen"):
        return _ending(active, moved=True), WRONG
    if not rehearsal.end(active, auth.user()):
        return _back(_("Prøvetilstand er ikke slået til. Intet er ændret."), "ask")
    return _back(_("Synkroniseringen er i drift, og det, der ventede, bliver gjort nu."))


def _ending(active: Connection, *, moved: bool = False) -> str:
    return render_template(
        "rehearsals/ending.html", connection=active, totals=Totals.of(active), moved=moved,
        action=url_for("rehearsals.end"), back=url_for("rehearsals.index"),
    )  # fmt: skip


def _back(message: str, kind: str = "ok") -> ResponseReturnValue:
    return htmx.go(url_for("rehearsals.index"), str(message), kind)


@blueprint.app_errorhandler(Rehearsing)
def refused(_fault: Rehearsing) -> ResponseReturnValue:
    """What was ordered would write: say so, and show the way to end the rehearsal."""
    if htmx.wants_piece():
        way = Markup('{} <a href="{}">{}</a>').format(rehearsal_words.REFUSED, url_for("rehearsals.index"), _("Vis"))
        return htmx.partials(htmx.toast(way, "ask"), status=409)
    flash(str(rehearsal_words.REFUSED), "ask")
    return redirect(url_for("rehearsals.index"), 303)


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {
        "rehearsal_words": rehearsal_words, "rehearsal_since": rehearsal.since, "is_rehearsing": _is_rehearsing,
    }  # fmt: skip


def _is_rehearsing() -> bool:
    """For dialogs and plans, so that they say beforehand that nothing will be done."""
    active = Connection.open_of(auth.company())
    return active is not None and active.is_rehearsing
