"""A pretend Visma e-conomic: its two kinds of API, its pages, its webhooks, and misbehaviour on demand."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from werkzeug.routing import Map

from webapp.sandbox import newer, pages, rest
from webapp.sandbox.faults import ConnectionCut
from webapp.sandbox.gate import Gate
from webapp.sandbox.misbehave import CUT
from webapp.sandbox.world import Sandbox

__all__ = ["ConnectionCut", "Sandbox", "create_sandbox"]

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class _Front(Flask):
    """Sandboxes differ in what they hold, not in their addresses: only the first of a process compiles those."""

    addresses: Map | None = None

    def __init__(self) -> None:
        super().__init__(__name__)
        self.url_map = self.addresses or self.url_map
        self.url_map.merge_slashes = False

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, *automatic: Any, **options: Any
    ) -> None:
        if self.addresses is None:
            super().add_url_rule(rule, endpoint, view_func, *automatic, **options)
        else:
            self.view_functions[str(endpoint)] = view_func


def create_sandbox(sandbox: Sandbox) -> Flask:
    """The sandbox as a WSGI application."""
    app = _Front()
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
    _Front.addresses = app.url_map
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
