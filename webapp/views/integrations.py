"""Indstillinger › Integrationer: the card of e-conomic, where customers come from, and the dialog of the connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp import auth, db, filters, htmx, vault
from webapp.models import lane
from webapp.models import sweep as sweeps
from webapp.models.connection import OPEN, Connection
from webapp.models.sweep import Sweep
from webapp.sync import connect, lists, silence, sweep
from webapp.views import economic_card, economic_form, grants, webhook_trial

blueprint = Blueprint("integrations", __name__, url_prefix="/settings/integrations")

WRONG = 422
POST_DATA = "new=[NEWNUMBER]&old=[OLDNUMBER]"
CONTENT_TYPE = "application/x-www-form-urlencoded"


@blueprint.get("")
def index() -> str:
    return render_template("integrations/index.html", card=_card())


# ── Kunder: where they come from ──────────────────────────────────────────────────────────────────────────────────


@blueprint.post("/customers")
def customers() -> ResponseReturnValue:
    """ "Kunder" → "e-conomic" or "Ingen"; choosing what is already chosen changes nothing."""
    source = request.form.get("source", "")
    if source not in ("economic", "none"):
        abort(400, _("Vælg e-conomic eller Ingen som kilde til kunder. Intet er ændret."))
    return _activate() if source == "economic" else _deactivate()


def _activate() -> ResponseReturnValue:
    connection = Connection.open_of(auth.company())
    if connection is None:
        abort(409, _("Opret først en forbindelse til e-conomic. Intet er ændret."))
    if connection.state != OPEN:
        abort(409, economic_card.pause_of(connection))
    card = _card()
    if not card.is_active or card.fetch is None or card.is_left:
        connect.activate(connection, auth.user())
    return changed(_("Kunder synkroniseres nu med e-conomic."))


def _deactivate() -> ResponseReturnValue:
    connection = Connection.open_of(auth.company())
    if connection is not None and connection.is_active:
        connect.deactivate(connection)
    return changed(_("Kunder synkroniseres ikke længere. Kunder, parringer og historik er bevaret."))


@blueprint.get("/progress")
def progress() -> ResponseReturnValue:
    """How far the first fetch is; the page asks every second until it ends."""
    card = _card()
    if not htmx.wants_piece():
        return redirect(url_for("integrations.index"), 303)
    if card.is_fetching:
        return render_template("integrations/_fetch.html", card=card)
    return htmx.partials(_card_piece(card), *_told_of(card.fetch))


def _told_of(fetch: Sweep | None) -> list[str]:
    if fetch is None or fetch.state != sweeps.DONE:
        return []
    words = ngettext(
        "%(count)s kunde er hentet fra e-conomic.",
        "%(count)s kunder er hentet fra e-conomic.",
        fetch.read,
        count=filters.number(fetch.read),
    )
    return [htmx.toast(words)]


@blueprint.post("/brake/<int:sweep_id>")
def brake(sweep_id: int) -> ResponseReturnValue:
    """The answer to a fetch or comparison that stopped because too many customers were missing at once."""
    answer = request.form.get("answer", "")
    if answer not in ("go", "leave"):
        abort(400, _("Vælg, om der skal fortsættes. Intet er ændret."))
    held = Sweep.get_or_none(Sweep.id == sweep_id, Sweep.company == auth.company())
    with db.write():
        if held is None or not sweep.answer_brake(held, answer == "go"):
            abort(404, _("Spørgsmålet er allerede besvaret."))
    if answer == "go":
        return changed(_("Hver af kunderne bliver nu slået op i e-conomic."))
    return changed(_("Intet er ændret."))


# ── The dialog ────────────────────────────────────────────────────────────────────────────────────────────────────


@blueprint.get("/economic")
def economic() -> ResponseReturnValue:
    return _dialog()


@blueprint.post("/economic")
def save() -> ResponseReturnValue:
    """ "Gem": the default values and units, all or nothing."""
    connection = connected()
    form = economic_form.read(connection, request.form, check=True)
    try:
        if not form.faults:
            form.save(connection)
    except ValueError:
        form = economic_form.read(connection, request.form, check=True)
        return _dialog(form), WRONG
    if form.faults:
        return _dialog(form), WRONG
    return changed(_("Standardværdier og enheder er gemt."), close_dialog=True)


@blueprint.post("/economic/lists")
def read_lists() -> ResponseReturnValue:
    """ "Hent lister igen": the worker reads them; what is chosen in the open dialog stays chosen."""
    connection = connected()
    lists.read_lists_again(connection)
    if not htmx.wants_piece():
        return htmx.go(url_for("integrations.economic"), _("Listerne bliver hentet fra e-conomic."))
    return _lists(connection, request.form)


@blueprint.get("/economic/lists")
def show_lists() -> ResponseReturnValue:
    """Asked every second while lists are read: how it goes, and at the end the lists themselves."""
    connection = Connection.open_of(auth.company())
    if not htmx.wants_piece():
        return redirect(url_for("integrations.economic"), 303)
    if connection is None or connection.state != OPEN:
        return htmx.partials(htmx.piece("#dialog", _dialog(), "innerHTML"))
    if not lists.lists_are_read(connection):
        return render_template("integrations/_reading.html", **_reading(connection))
    return htmx.partials(htmx.piece("#lists", _lists(connection, request.args)))


@blueprint.post("/economic/webhook")
def new_webhook() -> ResponseReturnValue:
    """ "Generer ny URL": the old one stops at once."""
    connection = connected()
    connect.new_webhook(connection)
    told = _("URL’en er lavet. Kopier den, og sæt den ind i e-conomic.")
    if not htmx.wants_piece():
        return htmx.go(url_for("integrations.economic"), told)
    section = render_template("integrations/_webhook.html", connection=connection, **_webhook(connection))
    return htmx.partials(htmx.piece("#webhook", section), htmx.toast(told))


@blueprint.get("/economic/webhook/trial")
@auth.administrator_only
def trial() -> ResponseReturnValue:
    """ "Prøv webhooken": somebody saves a customer in e-conomic, and this asks until the call has come, or gives up."""
    connection, since = connected(), request.args.get("since", "")
    if not since:
        since = str(webhook_trial.begun())
        if not htmx.wants_piece():
            return redirect(url_for("integrations.trial", since=since), 303)
    if not htmx.wants_piece():
        return _dialog()
    return render_template("integrations/_trial.html", **webhook_trial.read(connection, since))


@blueprint.get("/economic/closing")
@auth.administrator_only
def closing() -> str:
    return render_template(
        "integrations/closing.html",
        connection=connected(),
        action=url_for("integrations.close"),
        back=url_for("integrations.economic"),
    )


@blueprint.post("/economic/close")
def close() -> ResponseReturnValue:
    connection = connected()
    with db.write():
        connect.close(connection, auth.user())
    return changed(_("Forbindelsen til e-conomic er afbrudt."), close_dialog=True)


# ── Parts of the answers ──────────────────────────────────────────────────────────────────────────────────────────


def connected() -> Connection:
    """The company's connection; without one there is nothing to change."""
    connection = Connection.open_of(auth.company())
    if connection is None:
        abort(409, _("Der er ingen forbindelse til e-conomic. Intet er ændret."))
    return connection


def changed(message: str, *, close_dialog: bool = False) -> ResponseReturnValue:
    """The card as it is now, with a word about what was done."""
    if not htmx.wants_piece():
        return htmx.go(url_for("integrations.index"), message)
    return htmx.partials(_card_piece(_card()), htmx.toast(message), close_dialog=close_dialog)


def _card() -> economic_card.Card:
    return economic_card.read(auth.company())


def _card_piece(card: economic_card.Card) -> str:
    return htmx.piece("#economic-card", render_template("integrations/_economic_card.html", card=card))


def _dialog(form: economic_form.EconomicForm | None = None) -> str:
    connection = Connection.open_of(auth.company())
    parts: dict[str, Any] = {"fault": grants.pop_fault(), "back": url_for("integrations.index")}
    if connection is None:
        parts |= {"last": connect.last_connection(auth.company()), "is_set_up": grants.is_set_up()}
        return render_template("integrations/connecting.html", **parts)
    parts |= {"connection": connection, "pause": economic_card.pause_of(connection)}
    parts |= _reading(connection) | _webhook(connection)
    return render_template("integrations/economic.html", form=form or economic_form.read(connection), **parts)


def _lists(connection: Connection, given: Mapping[str, str]) -> str:
    form = economic_form.read(connection, given)
    return render_template("integrations/_lists.html", form=form, connection=connection, **_reading(connection))


def _reading(connection: Connection) -> dict[str, Any]:
    """Are the lists being read just now, and does e-conomic answer?"""
    is_read = lists.lists_are_read(connection)
    return {"is_reading": not is_read, "trouble": economic_card.trouble(connection, lane.LISTS)}


def _webhook(connection: Connection) -> dict[str, Any]:
    """The address for administrators, and what to type beside it in e-conomic."""
    try:
        token = connect.webhook_token(connection) if auth.is_administrator() else ""
    except vault.Unreadable:
        token = ""
    address = htmx.external(url_for("webhook.receive", token=token)) if token else ""
    shown = {"address": address, "post_data": POST_DATA, "content_type": CONTENT_TYPE}
    return shown | {"silence": silence.of(connection)} | webhook_trial.read(connection, request.args.get("since", ""))
