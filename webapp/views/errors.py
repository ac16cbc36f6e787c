"""What a person sees when something is wrong: a sentence, never a stack trace."""

from __future__ import annotations

from flask import Flask, Response, current_app, make_response, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from peewee import PeeweeException
from werkzeug.exceptions import BadRequestKeyError, HTTPException

from webapp import auth, db, htmx

SENTENCES = {
    400: (_l("Det kunne ikke læses"), _l("Anmodningen var ikke, som den skulle være. Intet er ændret.")),
    403: (_l("Det må du ikke"), _l("Kun en administrator kan gøre det. Intet er ændret.")),
    404: (_l("Siden findes ikke"), _l("Den er måske flyttet eller slettet.")),
    405: (_l("Det kan man ikke her"), _l("Adressen bruges på en anden måde. Intet er ændret.")),
    413: (_l("Det fylder for meget"), _l("Der blev sendt mere, end siden tager imod. Intet er ændret.")),
    429: (_l("For mange forsøg"), _l("Vent et øjeblik, og prøv igen.")),
    500: (_l("Noget gik galt hos os"), _l("Fejlen er noteret. Prøv igen om lidt.")),
}
NO_ROOM = (
    _l("Der er ikke plads til mere"),
    _l("Serverens disk er fuld. Intet er gemt. Prøv igen, når der er gjort plads."),
)
NO_DATABASE = (
    _l("Databasen svarer ikke"),
    _l("Databasen svarer ikke lige nu. Prøv igen om lidt, og se efter, om det sidste, du gjorde, blev gemt."),
)
DAMAGED = (
    _l("Databasen er beskadiget"),
    _l("Serverens database er beskadiget. Prøv ikke igen: sig det til den, der driver serveren. Den skal gendannes."),
)
OTHER = (_l("Det lykkedes ikke"), _l("Intet er ændret."))


def init_app(app: Flask) -> None:
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _told)
    app.register_error_handler(500, _told)
    app.register_error_handler(PeeweeException, _unavailable)


def _stale(_error: CSRFError) -> Response:
    sentence = _("Siden har været åben for længe. Hent den igen, og prøv en gang til. Intet er ændret.")
    return answer(400, _("Siden er for gammel"), sentence)


def _told(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    status = error.code or 500
    title, sentence = SENTENCES.get(status, OTHER)
    return answer(status, str(title), _own_sentence(error) or str(sentence))


def _unavailable(fault: PeeweeException) -> Response:
    """A database that is full, away or damaged: said as it is; what else it complains of is our mistake."""
    if not db.is_unusable(fault):
        raise fault
    current_app.logger.error("the database took nothing: %s", db.reason(fault))
    auth.forget_who_asks()
    title, sentence = DAMAGED if db.is_damaged(fault) else NO_ROOM if db.is_full(fault) else NO_DATABASE
    response = answer(503, str(title), str(sentence))
    response.headers["Retry-After"] = "10"
    return response


def _own_sentence(error: HTTPException) -> str:
    """What our code gave to `abort`; the framework's own words are English and say nothing to a person."""
    if error.code not in (400, 403, 404, 409, 422) or isinstance(error, BadRequestKeyError):
        return ""
    return "" if error.description == type(error).description else str(error.description or "")


def answer(status: int, title: str, sentence: str) -> Response:
    """An error page, or for HTMX a toast that leaves the page as it is. Sentences given to `abort` are shown."""
    if htmx.wants_piece():
        return htmx.partials(htmx.toast(sentence, "bad"), status=status)
    page = render_template("errors/error.html", status=status, title=title, sentence=sentence)
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
