"""Answers to HTMX: pieces for several places at once, toasts, closing a dialog, moving on."""

from __future__ import annotations

from functools import cached_property
from io import BytesIO

from flask import Flask, Response, current_app, flash, redirect, render_template
from flask import request as flask_request
from htmx_flask import Htmx, make_response
from htmx_flask.requests import HtmxAwareRequest, HtmxHeaders
from markupsafe import Markup

CLOSE_DIALOG = "close-dialog"


class Headers(HtmxHeaders):  # type: ignore[misc]
    """What htmx 4 says of a request, where its headers have new names."""

    @cached_property
    def source(self) -> str:
        """The element that asked, as `tag#id`."""
        return str(self._headers.get("HX-Source", ""))

    @cached_property
    def wants_piece(self) -> bool:
        """The answer goes into a part of the page; going back in the browser's history asks for a whole page."""
        return bool(self) and self._headers.get("HX-Request-Type") != "full"


class Request(HtmxAwareRequest):  # type: ignore[misc]
    """Flask's request with `request.htmx`."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.htmx = Headers(self.headers)

    def _get_file_stream(self, *_size: object, **_about: object) -> BytesIO:
        """A file that is sent is never put on the server's disk."""
        return BytesIO()


def init_app(app: Flask) -> None:
    Htmx(app)
    app.request_class = Request


def wants_piece() -> bool:
    """This request came from HTMX for a part of the page."""
    return bool(flask_request.htmx.wants_piece)  # type: ignore[attr-defined]


def piece(target: str, html: str, swap: str = "outerHTML") -> Markup:
    """HTML for one place of the page: `target` is a CSS selector, `swap` any style of htmx 4."""
    return Markup('<hx-partial hx-target="{}" hx-swap="{}">{}</hx-partial>').format(target, swap, Markup(html))


def toast(text: str, kind: str = "ok") -> Markup:
    """A short message at the foot of the window; `kind` is ok, ask or bad."""
    return piece("#toasts", render_template("_toast.html", text=text, kind=kind), "beforeend")


def partials(*pieces: str, status: int = 200, close_dialog: bool = False, push_url: str | None = None) -> Response:
    """Answer with pieces made by `piece` and `toast`: nothing else of the page is touched."""
    response: Response = make_response(
        Markup("\n").join(pieces), status, trigger=CLOSE_DIALOG if close_dialog else None, push_url=push_url
    )
    return response


def go(url: str, message: str = "", kind: str = "ok") -> Response:
    """Send the browser to another page, where the message is shown as a toast."""
    if message:
        flash(message, kind)
    if flask_request.htmx:  # type: ignore[attr-defined]
        response: Response = make_response("", 200, redirect=url)
        return response
    return redirect(url, 303)  # type: ignore[return-value]


def public_url() -> str:
    """The address under which browsers reach the app, without a slash at its end."""
    return str(current_app.config["PUBLIC_URL"]).rstrip("/")


def external(path: str) -> str:
    """A path of this app as an address that others can call."""
    return (public_url() or flask_request.host_url.rstrip("/")) + path
