"""Hjælp: the guide, step by step, and whom to ask."""

from __future__ import annotations

from flask import Blueprint, current_app, g, render_template

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
def index() -> str:
    guide = "help/_guide_da.html" if g.locale == "da" else "help/_guide_en.html"
    support = {"email": current_app.config["SUPPORT_EMAIL"], "phone": current_app.config["SUPPORT_PHONE"]}
    return render_template("help/index.html", guide=guide, support=support)
