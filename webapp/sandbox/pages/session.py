"""Who is logged in on the pages, and in which agreement."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from flask import current_app, g, redirect, request, session, url_for
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response

from webapp.sandbox.agreement import Agreement
from webapp.sandbox.store import Row
from webapp.sandbox.world import Sandbox

View = Callable[..., Any]


# The sandbox behind the present request.
sandbox = cast(Sandbox, LocalProxy(lambda: current_app.extensions["sandbox"]))


def user() -> Row | None:
    """The person behind the session."""
    found = sandbox.users.get(session.get("email", ""))
    return dict(found) if found else None


def agreement() -> Agreement | None:
    """The agreement the person has chosen, or the only one there is to choose."""
    person = user()
    if person is None:
        return None
    chosen = session.get("agreement")
    numbers = person["agreements"]
    if chosen not in numbers:
        chosen = numbers[0] if len(numbers) == 1 else None
    return sandbox.agreement(chosen) if chosen is not None else None


def inside(view: View) -> View:
    """Only for someone who is logged in and has chosen an agreement."""

    @wraps(view)
    def guarded(**values: Any) -> Any:
        if user() is None:
            return to_login()
        g.agreement = agreement()
        if g.agreement is None:
            return redirect(url_for("login.choose", next=here()))
        g.user = user()
        with sandbox.store.writing():
            return view(**values)

    return guarded


def to_login() -> Response:
    return redirect(url_for("login.log_in", next=here()))


def here() -> str:
    """The present address without its host."""
    return request.full_path.rstrip("?")


def onward(address: str | None, otherwise: str) -> str:
    """An address on this host to go on to; anything else is not followed."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return otherwise
    parts = urlsplit(address)
    return address if not parts.netloc and not parts.scheme else otherwise
