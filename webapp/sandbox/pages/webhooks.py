"""Alle indstillinger › Udvidelser › Webhooks, as a superuser types them in."""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from webapp.sandbox.pages.session import inside, sandbox
from webapp.sandbox.store import Row
from webapp.sandbox.webhooks import SCREEN, TYPES

FRESH: Row = {"eventType": "CUSTOMER_UPDATED", "name": "", "url": "", "postData": "",
              "contentType": "application/x-www-form-urlencoded"}  # fmt: skip
LIMITS = {"name": 100, "url": 1000, "postData": 4000, "contentType": 50}


pages = Blueprint("webhooks", __name__, url_prefix="/settings/webhooks")


@pages.get("")
@inside
def index() -> Any:
    return render_template("webhooks.html", rows=g.agreement.webhooks.values(), types=TYPES)


@pages.route("/new", methods=["GET", "POST"])
@inside
def new() -> Any:
    if request.method == "GET":
        return _form(FRESH, "", None)
    row, wrong = _read()
    if wrong:
        return _form(row, wrong, None), 400
    sandbox.webhooks.set_up(g.agreement, row)
    flash(f"Webhook {row['name']} er gemt.")
    again = request.form.get("save") == "again"
    return redirect(url_for("webhooks.new" if again else "webhooks.index"))


@pages.route("/<int:number>", methods=["GET", "POST"])
@inside
def edit(number: int) -> Any:
    old = _found(number)
    if request.method == "GET":
        return _form(old, "", number)
    row, wrong = _read()
    if wrong:
        return _form(row, wrong, number), 400
    on = {"isDisabled": False, "failures": 0}
    g.agreement.webhooks[str(number)] = old | row | on | g.agreement.stamp()
    flash(f"Webhook {row['name']} er gemt.")
    return redirect(url_for("webhooks.index"))


@pages.post("/<int:number>/delete")
@inside
def delete(number: int) -> Any:
    _found(number)
    del g.agreement.webhooks[str(number)]
    flash("Webhook er slettet.")
    return redirect(url_for("webhooks.index"))


def _found(number: int) -> Row:
    row = g.agreement.webhooks.get(str(number))
    if row is None or row["source"] != SCREEN:
        abort(404)
    return dict(row)


def _form(row: Row, wrong: str, number: int | None) -> Any:
    return render_template("webhook.html", row=row, wrong=wrong, number=number, types=TYPES, limits=LIMITS)


def _read() -> tuple[Row, str]:
    """What was typed, exactly as typed, and what is wrong with it."""
    row: Row = {name: request.form.get(name, "").replace("\r\n", "\n") for name in ("eventType", *LIMITS)}
    row |= {name: row[name].strip() for name in ("name", "url", "contentType")}
    if row["eventType"] not in TYPES:
        return row, "Vælg en type."
    if not row["name"] or not row["url"].startswith(("http://", "https://")):
        return row, "Skriv et navn og en URL, der begynder med http:// eller https://."
    if any(len(row[name]) > limit for name, limit in LIMITS.items()):
        return row, "Et af felterne er for langt."
    return row, ""
