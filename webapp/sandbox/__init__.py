"""A pretend Visma e-conomic: its two kinds of API, its pages, its webhooks, and misbehaviour on demand."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from webapp.sandbox import newer, pages, rest
from webapp.sandbox.faults import ConnectionCut
from webapp.sandbox.gate import Gate
from webapp.sandbox.misbehave import CUT
from webapp.sandbox.world import Sandbox

__all__ = ["ConnectionCut", "Sandbox", "create_sandbox"]

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def create_sandbox(sandbox: Sandbox) -> Flask:
    """The sandbox as a WSGI application."""
    app = Flask(__name__)
    app.url_map.merge_slashes = False
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    services = {
        "/rest": Gate(sandbox, "/rest", rest.ROUTES, newer=False, ready=rest.check_role),
        "/customersapi/v3.1.0": Gate(
            sandbox, "/customersapi/v3.1.0", newer.CUSTOMERS, newer=True, ready=newer.check_customers
        ),
        "/webhooksapi/v1.0.0": Gate(
            sandbox, "/webhooksapi/v1.0.0", newer.WEBHOOKS, newer=True, ready=newer.check_webhooks
        ),
    }
    for mount, gate in services.items():
        name = mount.strip("/").replace("/", "-").replace(".", "-")
        app.add_url_rule(mount, name, gate, methods=METHODS)
        app.add_url_rule(f"{mount}/", f"{name}-root", gate, methods=METHODS)
        app.add_url_rule(f"{mount}/<path:path>", f"{name}-path", gate, methods=METHODS)
    pages.register(app, sandbox)
    app.wsgi_app = _Cutting(app.wsgi_app)  # type: ignore[method-assign]
    return app


class _Cutting:
    """Lets a planned cut leave the application as an exception, which Flask would turn into an error page."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer = self._app(environ, start_response)
        if CUT in environ:
            raise environ[CUT]
        return answer
