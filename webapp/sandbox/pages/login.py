"""Log in, choose among several agreements, the start page, log out."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, session, url_for

from webapp.sandbox.pages.session import inside, onward, sandbox, to_login, user

pages = Blueprint("login", __name__)


@pages.get("/")
@inside
def start() -> Any:
    return render_template("start.html", customers=len(g.agreement.customers), webhooks=len(g.agreement.webhooks))


@pages.route("/login", methods=["GET", "POST"])
def log_in() -> Any:
    onto = onward(request.values.get("next"), url_for("login.start"))
    if request.method == "GET":
        return render_template("login.html", onto=onto, email="", wrong=False)
    email = request.form.get("email", "").strip().lower()
    found = sandbox.users.get(email)
    if found is None or found["password"] != request.form.get("password"):
        return render_template("login.html", onto=onto, email=email, wrong=True), 401
    session.clear()
    session["email"] = email
    several = len(found["agreements"]) > 1
    return redirect(url_for("login.choose", next=onto) if several else onto)


@pages.route("/agreements", methods=["GET", "POST"])
def choose() -> Any:
    person = user()
    if person is None:
        return to_login()
    onto = onward(request.values.get("next"), url_for("login.start"))
    if request.method == "GET":
        agreements = [sandbox.agreement(number) for number in person["agreements"]]
        return render_template("agreements.html", agreements=agreements, onto=onto)
    number = request.form.get("agreement", type=int)
    if number in person["agreements"]:
        session["agreement"] = number
    return redirect(onto)


@pages.post("/logout")
def log_out() -> Any:
    session.clear()
    return redirect(url_for("login.log_in"))
