"""Alle indstillinger: the company, its units and customer groups, and the apps that were let in."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from webapp.sandbox import references
from webapp.sandbox.pages.session import inside, sandbox

pages = Blueprint("settings", __name__, url_prefix="/settings")


@pages.get("")
@inside
def index() -> Any:
    return render_template("settings.html", about=g.agreement.about)


@pages.route("/units", methods=["GET", "POST"])
@inside
def units() -> Any:
    rows = g.agreement.reference("units")
    if request.method == "POST":
        name = request.form.get("name", "").strip()
        if not name or len(name) > 100:
            return render_template("units.html", rows=rows.values(), wrong="Skriv et navn på højst 100 tegn."), 400
        number = max((int(key) for key in rows), default=0) + 1
        references.put(g.agreement, "units", number, {"unitNumber": number, "name": name})
        flash(f"Enheden {name} er tilføjet.")
        return redirect(url_for("settings.units"))
    return render_template("units.html", rows=rows.values(), wrong="")


@pages.get("/groups")
@inside
def groups() -> Any:
    return render_template("groups.html", rows=g.agreement.reference("customer-groups").values())


@pages.get("/apps")
@inside
def apps() -> Any:
    rows = [(token, sandbox.apps[grant["app"]], grant) for token, grant in g.agreement.grants().items()]
    return render_template("apps.html", rows=rows)


@pages.post("/apps/revoke")
@inside
def revoke() -> Any:
    token = request.form.get("token", "")
    if token in g.agreement.grants():
        g.agreement.revoke(token)
        flash("Adgangen er fjernet.")
    return redirect(url_for("settings.apps"))
