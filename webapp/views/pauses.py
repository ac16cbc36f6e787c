"""Putting the whole synchronisation on hold, and going on: the queue is kept meanwhile."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import auth, htmx
from webapp.sync import resting
from webapp.views import integrations

blueprint = Blueprint("pauses", __name__, url_prefix="/settings/integrations/economic")


@blueprint.post("/pause")
def pause() -> ResponseReturnValue:
    """ "Sæt på pause": nothing is fetched or sent before somebody says so."""
    resting.pause(integrations.connected(), auth.user())
    return _back(_("Synkroniseringen er sat på pause. Alt, der venter, er gemt."))


@blueprint.post("/resume")
def resume() -> ResponseReturnValue:
    """ "Fortsæt": what waits is done now."""
    if not resting.resume(integrations.connected(), auth.user()):
        return _back(_("Synkroniseringen var ikke sat på pause af nogen. Intet er ændret."))
    return _back(_("Synkroniseringen fortsætter, og det, der ventede, bliver gjort."))


def _back(message: str) -> ResponseReturnValue:
    """To where the button stood: the window, or the settings."""
    return htmx.go(url_for("sync.window" if request.form.get("from") == "window" else "integrations.index"), message)


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"rest_of": resting.rest_of}
