"""The pages an e-conomic user would meet, in Danish, plus the page of switches."""

import hashlib

from flask import Flask, Response, g, render_template

from webapp.sandbox.pages import customers, grant, login, settings, switchboard, webhooks
from webapp.sandbox.world import Sandbox

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action "


def register(app: Flask, sandbox: Sandbox) -> None:
    """Put the pages on the application; its session cookie has a name of its own."""
    app.config.update(
        SESSION_COOKIE_NAME="sandbox_session",
        SESSION_COOKIE_SAMESITE="Lax",
        SECRET_KEY=hashlib.sha256(f"sandbox-session/{sandbox.seed}".encode()).hexdigest(),
    )
    app.extensions["sandbox"] = sandbox
    for part in (login, grant, customers, settings, webhooks, switchboard):
        app.register_blueprint(part.pages)
    app.add_url_rule("/favicon.ico", "icon", lambda: ("", 204))
    app.before_request(lambda: setattr(g, "form_target", ""))
    app.after_request(_protected)
    app.register_error_handler(404, _missing)


def _protected(response: Response) -> Response:
    """A strict policy; only the grant form may lead on to another address, the one it was asked to return to."""
    if response.mimetype == "text/html" and "Content-Security-Policy" not in response.headers:
        target = f" {g.form_target}" if g.get("form_target") else ""
        response.headers["Content-Security-Policy"] = f"{POLICY}'self'{target}"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
    return response


def _missing(error: Exception) -> tuple[str, int]:
    return render_template("missing.html"), 404
