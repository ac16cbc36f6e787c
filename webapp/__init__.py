"""The app: settings and keys, the database for each request, the pages, and what every answer carries."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from flask_babel import Babel
from werkzeug.routing import IntegerConverter, Map

from webapp import auth, config, db, files, filters, htmx, ports, vault, views
from webapp.forms import csrf

ROOT = Path(__file__).parents[1]
STATELESS = ("static", "health.alive")
A_YEAR = 31_536_000


def prepare(overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Load the settings, put the keys to use and bind the database; for the web server, the worker and the commands.

    Raises config.WrongSetting.
    """
    settings = config.load(overrides)
    config.refuse_half_a_mail_server(settings)
    instance = Path(settings["INSTANCE"])
    shared = settings["DATABASE_URL"].startswith("postgresql://")
    settings["SECRET_KEY"] = settings["SECRET_KEY"] or _kept(instance / "secret.key", "SECRET_KEY", shared)
    settings["ENCRYPTION_KEY"] = settings["ENCRYPTION_KEY"] or _kept(
        instance / "encryption.key", "ENCRYPTION_KEY", shared
    )
    _use_keys(settings["ENCRYPTION_KEY"])
    if not settings["DATABASE_URL"]:
        instance.mkdir(parents=True, exist_ok=True)
        file = instance / "webapp.db"
        file.touch(mode=0o600)
        settings["DATABASE_URL"] = f"sqlite:///{file}"
    db.bind(settings["DATABASE_URL"])
    return settings


def _kept(file: Path, name: str, shared: bool) -> str:
    """The key in the file, made at the first start; several machines must get theirs from the environment."""
    if shared:
        raise config.WrongSetting(
            f"{name} must be set when DATABASE_URL is postgresql://: "
            "every machine needs the same key, so none is made in INSTANCE"
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        _write_once(file, vault.new_key() if name == "ENCRYPTION_KEY" else ports.token(48))
    return file.read_text().strip()


def _write_once(file: Path, key: str) -> None:
    """Whole or not at all, readable by the owner only; of two that start at once, the first one's key stays."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(key + "\n")
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _use_keys(keys: str) -> None:
    try:
        vault.use(keys.split(","))
    except ValueError as wrong:
        raise config.WrongSetting(f"ENCRYPTION_KEY: {wrong}") from wrong


class Id(IntegerConverter):
    """`<int:…>` in an address: what no database column can hold is not found."""

    def __init__(self, map: Map, **options: Any) -> None:
        super().__init__(map, max=2_147_483_647, **options)


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The web app over a prepared database; `overrides` are settings, or Flask's own such as TESTING."""
    settings = prepare(overrides)
    app = Flask("webapp", static_folder=str(ROOT / "static"), template_folder=str(ROOT / "templates"))
    _configure(app, settings)
    app.config.update({name: value for name, value in (overrides or {}).items() if name not in settings})
    app.url_map.converters["int"] = Id
    _open_the_database_for_each_request(app)
    htmx.init_app(app)
    _take_files_as_large_as(app, files.MOST_BYTES)
    auth.init_app(app)
    csrf.init_app(app)
    Babel(app, locale_selector=lambda: g.get("locale", "da"))
    filters.init_app(app)
    views.init_app(app)
    app.after_request(_headers)
    return app


def _configure(app: Flask, settings: Mapping[str, Any]) -> None:
    sign, *older = settings["SECRET_KEY"].split(",")
    app.config.update(settings)
    app.config.update(
        SECRET_KEY=sign,
        SECRET_KEY_FALLBACKS=older,
        SESSION_COOKIE_NAME="cleanmanager_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings["PUBLIC_URL"].startswith("https://"),
        PERMANENT_SESSION_LIFETIME=12 * 3600,
        MAX_CONTENT_LENGTH=1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="da",
        BABEL_DEFAULT_TIMEZONE="Europe/Copenhagen",
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "translations"),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _open_the_database_for_each_request(app: Flask) -> None:
    @app.before_request
    def open_database() -> None:
        if request.endpoint not in STATELESS:
            g.opened_database = db.database.connect(reuse_if_open=True)

    @app.teardown_request
    def close_database(_: BaseException | None) -> None:
        if g.pop("opened_database", False):
            db.database.close()


def _take_files_as_large_as(app: Flask, most: int) -> None:
    """Where a file is sent; a form round it takes some more."""

    @app.before_request
    def take_files() -> None:
        if request.endpoint == "imports.upload":
            request.max_content_length = most + app.config["MAX_CONTENT_LENGTH"]


def _headers(response: Response) -> Response:
    """The security headers of every answer, and how long it may be kept."""
    set_header = response.headers.setdefault
    set_header("Content-Security-Policy", _policy())
    set_header("X-Content-Type-Options", "nosniff")
    set_header("Referrer-Policy", "same-origin")
    if request.is_secure or htmx.public_url().startswith("https://"):
        set_header("Strict-Transport-Security", f"max-age={A_YEAR}")
    if request.endpoint == "static" and response.status_code < 400:
        fresh = request.args.get("v") == filters.fingerprint(request.view_args["filename"])  # type: ignore[index]
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable" if fresh else "no-cache"
    else:
        response.vary.add("HX-Request")
        response.headers["Cache-Control"] = "no-store"
    return response


def _policy() -> str:
    return (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
