"""The pages: each module of this list has a `blueprint` of its own name."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from webapp.views import errors

MODULES = (
    "accounts",
    "oidc",
    "customers",
    "imports",
    "sync",
    "window_memory",
    "pairings",
    "suggestions",
    "questions",
    "rules",
    "causes",
    "story",
    "erasure",
    "checkup",
    "defaults",
    "runs",
    "integrations",
    "pauses",
    "rehearsals",
    "grants",
    "notices",
    "webhook",
    "help",
    "health",
)


def init_app(app: Flask) -> None:
    """Register every blueprint, and the error pages."""
    for name in MODULES:
        app.register_blueprint(import_module(f"webapp.views.{name}").blueprint)
    errors.init_app(app)
