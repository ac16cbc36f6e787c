"""The webhook addresses: e-conomic tells here which customer numbers changed; no person ever comes by."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, request
from peewee import PeeweeException
from werkzeug.exceptions import HTTPException

from webapp import db
from webapp.forms import csrf
from webapp.models.connection import Connection
from webapp.sync import inbox

blueprint = Blueprint("webhook", __name__)
csrf.exempt(blueprint)

MOST_BYTES = 64 * 1024
WORDS = {
    400: "No customer number was found: send new=[NEWNUMBER]&old=[OLDNUMBER].",
    404: "Not found.",
    413: "The call is too big.",
    503: "The call could not be stored. Send it again later.",
}


@blueprint.route("/w/<token>", methods=["GET", "POST"])
def receive(token: str) -> Response:
    """Keep the call before it is answered; what it means is found out by the worker."""
    connection = Connection.with_webhook(token)
    if connection is None:
        abort(404)
    request.max_content_length = MOST_BYTES
    body = _text(request.get_data())
    try:
        inbox.receive(connection, _text(request.query_string), request.content_type or "", body)
    except ValueError:
        abort(400)
    return _plain("OK", 200)


def _text(raw: bytes) -> str:
    """As text a database can keep: PostgreSQL takes no NUL."""
    return raw.decode("utf-8", "replace").replace("\0", "\ufffd")


@blueprint.errorhandler(500)
@blueprint.errorhandler(HTTPException)
def _told(error: HTTPException) -> Response:
    """Machines get a short plain sentence, whatever went wrong."""
    status = error.code or 500
    return _plain(WORDS.get(status, "The call could not be taken. Try again later."), status)


@blueprint.errorhandler(PeeweeException)
def _unavailable(fault: PeeweeException) -> Response:
    """Not stored, so not acknowledged: e-conomic sends it again."""
    if not db.is_unusable(fault):
        raise fault
    current_app.logger.error("a call was not stored: %s", db.reason(fault))
    return _plain(WORDS[503], 503)


def _plain(sentence: str, status: int) -> Response:
    return Response(f"{sentence}\n", status, mimetype="text/plain")
