"""Who is asking: signing in and out, and the guard before every page, closed unless a view is opened on purpose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from htmx_flask import make_response

from webapp.models.company import Company
from webapp.models.user import ADMINISTRATOR, INSPECTOR, ROLES, User

View = TypeVar("View", bound=Callable[..., Any])

# The only addresses that answer somebody who is not signed in.
OPEN_BLUEPRINTS = frozenset({"health", "webhook", "oidc"})
OPEN_ENDPOINTS = frozenset({"static", "accounts.login", "accounts.login_post", "accounts.language"})
OPEN_ENDPOINTS |= {"notices.leaving", "notices.leave"}
LOCALES = {"da": "da", "en": "en_GB"}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

limiter = Limiter(get_remote_address, storage_uri="memory://")
login_manager = LoginManager()


class Person(UserMixin):
    """The signed-in user, as flask-login and the templates know them."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.company: Company = user.company
        self.name, self.email = user.name or user.email, user.email
        self.role: str = user.role
        self.is_administrator, self.is_auditor = user.is_administrator, user.is_auditor
        self.sees_everything, self.may_create = not user.is_inspector, not user.is_auditor

    def get_id(self) -> str:
        """What the session holds: a new password raises the epoch and so ends every older session."""
        return f"{self.user.id}:{self.user.epoch}"


def init_app(app: Flask) -> None:
    """Put the guard first, before anything else looks at a request."""
    login_manager.init_app(app)
    limiter.enabled = True  # an app that was started without throttling leaves it off for the next one
    limiter.init_app(app)
    app.before_request(_choose_language)
    app.before_request(_guard)


@login_manager.user_loader
def _load(stored: str) -> Person | None:
    user_id, _, epoch = stored.partition(":")
    if not (user_id.isdecimal() and epoch.isdecimal()):
        return None
    user = User.get_or_none(User.id == int(user_id), User.epoch == int(epoch), User.disabled_at.is_null())
    return Person(user) if user else None


def user() -> User:
    """The signed-in user's row."""
    found: User = current_user.user
    return found


def company() -> Company:
    """The signed-in user's company: every query starts with it."""
    found: Company = current_user.company
    return found


def forget_who_asks() -> None:
    """For the rest of this request it is nobody: a database that failed is not asked for them again."""
    g._login_user = login_manager.anonymous_user()


def is_administrator() -> bool:
    return bool(current_user.is_authenticated and current_user.is_administrator)


def sign_in(person: User) -> None:
    """Begin a fresh session for this person."""
    language = session.get("language")
    session.clear()
    session.permanent = True
    if language:
        session["language"] = language
    login_user(Person(person))


def sign_out() -> None:
    logout_user()
    session.clear()


def administrator_only(view: View) -> View:
    """Refuse all others, also when they only look."""
    return _for(view, ADMINISTRATOR)


def inspectors_too(view: View) -> View:
    """For administrators and inspectors, whatever the method."""
    return _for(view, ADMINISTRATOR, INSPECTOR)


def about_oneself(view: View) -> View:
    """Let everybody change something here, for it concerns only whoever asks."""
    return _for(view, *ROLES)


def _for(view: View, *roles: str) -> View:
    view.roles = frozenset(roles)  # type: ignore[attr-defined]
    return view


def may(role: str, endpoint: str, method: str) -> bool:
    """Without a mark everybody looks, and every other method is for administrators."""
    unmarked = ROLES if method in SAFE_METHODS else (ADMINISTRATOR,)
    return role in getattr(current_app.view_functions[endpoint], "roles", unmarked)


def is_open(endpoint: str) -> bool:
    return endpoint in OPEN_ENDPOINTS or endpoint.partition(".")[0] in OPEN_BLUEPRINTS


def _choose_language() -> None:
    language = "da"
    if request.endpoint != "static":
        language = session.get("language", "da")
    g.locale = LOCALES.get(language, "da")


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None or is_open(request.endpoint):
        return None
    if not current_user.is_authenticated:
        return _to_login()
    g.locale = LOCALES.get(user().language, "da")
    if not may(user().role, request.endpoint, request.method):
        told = _("Som revisor kan du se alt, men ikke ændre noget. Intet er ændret.")
        abort(403, told if user().is_auditor else None)
    return None


def _to_login() -> ResponseReturnValue:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    if request.htmx:  # type: ignore[attr-defined]
        shown = urlsplit(request.htmx.current_url or "")  # type: ignore[attr-defined]
        target = url_for("accounts.login", next=own_path(f"{shown.path}?{shown.query}".rstrip("?")))
        response: ResponseReturnValue = make_response("", 401, redirect=target)
        return response
    return redirect(url_for("accounts.login", next=own_path(wanted)), 303)


def own_path(address: str | None) -> str | None:
    """The address if it is a path of this app; nothing that leads to another site."""
    if not address or not address.startswith("/") or address.startswith("//") or "\\" in address:
        return None
    return None if any(ord(sign) < 32 for sign in address) else address
