"""Besked på mail: each person's own switch, and the link in the mail that leads to it without signing in."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature

from webapp import auth, db, htmx
from webapp.models.notice import Notice
from webapp.models.user import User
from webapp.views.notice_words import signer

blueprint = Blueprint("notices", __name__, url_prefix="/notices")


@blueprint.get("")
def index() -> str:
    person = auth.user()
    is_on, known = bool(current_app.config["MAIL_URL"]), Notice.get_or_none(Notice.user == person)
    return render_template("notices/index.html", person=person, is_on=is_on, known=known)


@blueprint.post("")
def save() -> ResponseReturnValue:
    """ "Gem"."""
    wanted = request.form.get("notices") == "on"
    _switch(auth.user(), wanted)
    told = _("Du får en mail, når noget venter på dig.") if wanted else _("Du får ingen mails.")
    return htmx.go(url_for("customers.index"), told)


@blueprint.get("/off/<token>")
def leaving(token: str) -> str:
    """Asks first: programs that look through mails follow every link."""
    return render_template("notices/leaving.html", person=_addressed(token), token=token)


@blueprint.post("/off/<token>")
def leave(token: str) -> str:
    person = _addressed(token)
    _switch(person, False)
    return render_template("notices/leaving.html", person=person, token=token)


def _addressed(token: str) -> User:
    """Whom the mail was written to, whoever asks."""
    try:
        person = User.get_or_none(User.id == signer().loads(token), User.disabled_at.is_null())
    except BadSignature:
        person = None
    if person is None:
        abort(404, _("Linket er ikke helt. Åbn det fra mailen igen, eller log ind, og slå mails fra dér."))
    return person


def _switch(person: User, wanted: bool) -> None:
    with db.write():
        User.update(notices=wanted).where(User.id == person.id).execute()
        person.notices = wanted
