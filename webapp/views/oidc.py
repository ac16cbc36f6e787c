"""Single sign-on by OpenID Connect, when the installation has set it up: it opens the door to users that exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, abort, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import auth, db, htmx
from webapp.forms import LoginForm
from webapp.models.user import ROLES, User

blueprint = Blueprint("oidc", __name__)


def _provider() -> Any:
    """The provider of the settings; each app has its own."""
    settings = current_app.config
    if not settings["OIDC_ISSUER"]:
        abort(404)
    if "company_sign_on" not in current_app.extensions:
        current_app.extensions["company_sign_on"] = OAuth(current_app).register(
            "company",
            client_id=settings["OIDC_CLIENT_ID"],
            client_secret=settings["OIDC_CLIENT_SECRET"],
            server_metadata_url=settings["OIDC_ISSUER"].rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={"scope": "openid email", "code_challenge_method": "S256", "timeout": 10},
        )
    return current_app.extensions["company_sign_on"]


@blueprint.get("/oidc")
def start() -> ResponseReturnValue:
    """Off to the provider, with state, nonce and a PKCE challenge."""
    try:
        answer: ResponseReturnValue = _provider().authorize_redirect(htmx.external(url_for("oidc.callback")))
    except (AuthlibBaseError, OSError):
        return _refused(_("Firmaets log ind svarer ikke lige nu. Prøv igen, eller brug din adgangskode."))
    return answer


@blueprint.get("/oidc/callback")
def callback() -> ResponseReturnValue:
    """Back from the provider: wrong or re-used state, a refusal or an unknown person gets a sentence."""
    try:
        claims = _provider().authorize_access_token()["userinfo"]
    except (AuthlibBaseError, KeyError, ValueError):
        return _refused(_("Log ind med firmakonto lykkedes ikke. Begynd forfra herfra."))
    except OSError:
        return _refused(_("Firmaets log ind svarer ikke lige nu. Prøv igen, eller brug din adgangskode."))
    person = User.with_email(str(claims.get("email", ""))) if claims.get("email_verified") is True else None
    if person is None:
        return _refused(_("Der er ingen bruger her med den e-mail. Bed jeres administrator om at oprette dig."))
    _take_role(person, claims)
    auth.sign_in(person)
    return htmx.go(url_for("customers.index"))


def _take_role(person: User, claims: Mapping[str, Any]) -> None:
    """Where the provider names a role, it is the person's from now on; of several the one that may change least."""
    told = claims.get(current_app.config["OIDC_ROLE_CLAIM"])
    named = [role for role in ROLES if role in (told if isinstance(told, list) else [told])]
    if named and named[-1] != person.role:
        with db.write():
            person.role = named[-1]
            person.save()


def _refused(sentence: str) -> ResponseReturnValue:
    return render_template("accounts/login.html", form=LoginForm(), sentence=sentence), 400
