"""What the sync window remembers for a person: closed sections, and the tour of four steps for the first time."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from webapp import auth, db, htmx
from webapp.models.user import User
from webapp.sync.section import Section

blueprint = Blueprint("window_memory", __name__, url_prefix="/sync")
STEPS = (
    (
        _l("To kolonner, én linje pr. kunde"),
        _l("Til venstre står kunderne i CleanManager, til højre dem i e-conomic. Hver kunde står netop ét sted."),
    ),
    (
        _l("Begynd med at parre"),
        _l("Under ”Nye kunder” står de, der ligner hinanden, over for hinanden. ”Vælg som partner” parrer dem, "
           "”Ikke den samme” skiller dem ad. Så bliver ingen oprettet to gange."),
    ),
    (
        _l("Opret resten"),
        _l("”Opret partner” laver kunden i det andet system. ”Opret partnere” viser først hele planen, og hver "
           "kørsel kan fortrydes i 30 dage."),
    ),
    (
        _l("Derefter går det af sig selv"),
        _l("En rettelse det ene sted når det andet. Retter begge det samme felt, bliver du spurgt øverst i vinduet. "
           "Intet bliver overskrevet, uden at du har set det."),
    ),
)  # fmt: skip


@blueprint.post("/sections/<section>")
@auth.about_oneself
def fold(section: str) -> ResponseReturnValue:
    """Close an open section, or open a closed one, the next time the window is drawn too."""
    if section not in {known.value for known in Section}:
        abort(404)
    with db.write():
        person = User.get_by_id(auth.user().id)
        closed = sorted(person.folded ^ {section})
        User.update(closed_sections=",".join(closed)).where(User.id == person.id).execute()
    return "", 204


@blueprint.post("/tour")
@auth.about_oneself
def tour() -> ResponseReturnValue:
    """ "Næste", "Spring over", and from the help page "Vis rundturen igen"."""
    answers = {"next": min(auth.user().tour + 1, len(STEPS)), "skip": len(STEPS), "again": 0}
    answer = request.form.get("answer", "")
    if answer not in answers:
        abort(400, _("Det svar findes ikke."))
    with db.write():
        User.update(tour=answers[answer]).where(User.id == auth.user().id).execute()
    if not htmx.wants_piece():
        return htmx.go(url_for("sync.window"))
    return htmx.partials(htmx.piece("#tour", render_template("sync/_tour.html", tour_step=answers[answer])))


@blueprint.app_context_processor
def _remembered() -> dict[str, Any]:
    person = auth.user() if current_user and current_user.is_authenticated else None
    return {
        "folded": person.folded if person else frozenset(),
        "tour_step": person.tour if person else len(STEPS),
        "tour_steps": STEPS,
    }
