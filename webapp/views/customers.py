"""Kunder: the register."""

from __future__ import annotations

from flask import Blueprint, render_template

blueprint = Blueprint("customers", __name__)


@blueprint.get("/customers")
def index() -> str:
    return render_template("customers/index.html")
