"""The way to e-conomic's grant and back: connecting, and the question when another agreement than before was chosen."""

from __future__ import annotations

import math

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp import auth, htmx
from webapp.economic.errors import KINDS, EconomicError, RateLimited, TemporaryError
from webapp.models.connection import Connection
from webapp.sync import connect, rehearsal
from webapp.sync.connect import Endpoints, NotConnected, OtherAgreement
from webapp.views import run_words

blueprint = Blueprint("grants", __name__, url_prefix="/settings/integrations/economic")

FAULT, REHEARSED = "economic_fault", "rehearse"
NO_ANSWER = _l("e-conomic svarede ikke rigtigt, så forbindelsen kunne ikke prøves. Intet er gemt. Prøv igen om lidt.")
# Why a visit to e-conomic brought no connection -> the sentence that the dialog shows.
FAULTS = {
    "declined": _l("Der blev ikke givet adgang i e-conomic, så der er ingen forbindelse oprettet. Intet er gemt."),
    "wrong_state": _l(
        "Svaret fra e-conomic hører ikke til et forsøg, som du har begyndt her. Intet er gemt. Begynd forfra herunder."
    ),
    "used_state": _l("Det svar fra e-conomic er allerede brugt. Intet er ændret."),
    "old_state": _l("Der gik mere end en halv time hos e-conomic. Intet er gemt. Begynd forfra herunder."),
    "grant_withdrawn": _l(
        "e-conomic kender ikke den adgang, der kom med tilbage. Intet er gemt. Begynd forfra herunder."
    ),
    "forbidden": _l(
        "Brugeren i e-conomic må ikke give adgang til kunder. Intet er gemt. Log ind i e-conomic som en bruger med "
        "fuld adgang, og prøv igen."
    ),
} | {kind.kind: NO_ANSWER for kind in KINDS if issubclass(kind, TemporaryError)}
REFUSED = _l("e-conomic ville ikke fortælle, hvilken aftale adgangen gælder. Intet er gemt. Prøv igen.")


def pop_fault() -> str:
    """Why the last visit brought no connection, told once; '' when there is nothing to tell."""
    kind = session.pop(FAULT, "")
    left = connect.wait(auth.company()) if kind == RateLimited.kind else 0
    if left:
        told = run_words.lasting(60 * math.ceil(left / 60))
        return str(_("e-conomic har bedt os vente. Intet er ændret. Prøv igen om %(time)s.", time=told))
    return str(FAULTS.get(kind, REFUSED)) if kind else ""


def endpoints() -> Endpoints:
    return Endpoints.of(current_app.config)


def is_set_up() -> bool:
    """The operator has given the app its tokens from e-conomic."""
    return bool(endpoints().app_secret and endpoints().app_public)


@blueprint.post("/connect")
def begin() -> ResponseReturnValue:
    """ "Opret forbindelse": a page that goes on to e-conomic's own."""
    if not is_set_up():
        abort(409, _("CleanManager er ikke sat op til e-conomic endnu. Intet er ændret."))
    if connect.wait(auth.company()):
        return _not_connected(RateLimited.kind)
    session[REHEARSED] = bool(request.form.get("rehearse"))

    def callback(state: str) -> str:
        return htmx.external(url_for("grants.callback", state=state))

    locale = "da-DK" if g.locale == "da" else "en-GB"
    address = connect.begin(auth.user(), endpoints(), callback, locale)
    return render_template("integrations/leaving.html", address=address), {"Refresh": f"0; url={address}"}


@blueprint.get("/callback")
@auth.administrator_only
def callback() -> ResponseReturnValue:
    """Back from e-conomic, with a grant or without."""
    try:
        brought = connect.finish(auth.user(), request.args.get("state", ""), request.args, endpoints())
    except (NotConnected, EconomicError) as fault:
        return _not_connected(fault.kind)
    if isinstance(brought, OtherAgreement):
        return redirect(url_for("grants.agreement", grant_id=brought.grant.id), 303)
    return _connected_to(brought)


@blueprint.get("/agreement/<int:grant_id>")
@auth.administrator_only
def agreement(grant_id: int) -> ResponseReturnValue:
    """Another agreement than before was chosen: is that meant?"""
    grant = connect.waiting_grant(auth.user(), grant_id)
    if grant is None:
        return _not_connected("wrong_state")
    return render_template(
        "integrations/agreement.html",
        grant=grant,
        before=Connection.open_of(auth.company()) or connect.last_connection(auth.company()),
        known=Connection.of_agreement(auth.company(), grant.agreement_number or 0),
        action=url_for("grants.confirm", grant_id=grant_id),
        back=url_for("integrations.economic"),
    )


@blueprint.post("/agreement/<int:grant_id>")
def confirm(grant_id: int) -> ResponseReturnValue:
    """Yes or no to the other agreement."""
    answer = request.form.get("answer", "")
    if answer not in ("yes", "no"):
        abort(400, _("Svar, om den nye aftale skal bruges. Intet er ændret."))
    if answer == "no":
        connect.decline(auth.user(), grant_id)
        return htmx.go(url_for("integrations.index"), _("Intet er ændret."))
    try:
        return _connected_to(connect.confirm(auth.user(), grant_id))
    except NotConnected as fault:
        return _not_connected(fault.kind)


def _connected_to(connection: Connection) -> ResponseReturnValue:
    if session.pop(REHEARSED, False):
        rehearsal.begin(connection, auth.user())
    told = _(
        "Forbundet med %(name)s (aftale %(number)s).",
        name=connection.agreement_name,
        number=connection.agreement_number,
    )
    return htmx.go(url_for("integrations.index"), told)


def _not_connected(kind: str) -> ResponseReturnValue:
    """Say why in the dialog; the kind rides in the session, so that no address can make the app say it."""
    session[FAULT] = kind
    return redirect(url_for("integrations.economic"), 303)
