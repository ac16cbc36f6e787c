"""Log ind, Log ud, a new password, and the language."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import current_user

from webapp import auth, db, htmx
from webapp.forms import LoginForm, PasswordForm
from webapp.models.user import User

blueprint = Blueprint("accounts", __name__)

REFUSED = 422


def _per_person() -> str:
    return f"{get_remote_address()} {request.form.get('email', '').strip().lower()[:255]}"


def _was_refused(response: Response) -> bool:
    return response.status_code == REFUSED


@blueprint.get("/")
def front() -> ResponseReturnValue:
    return redirect(url_for("customers.index"), 303)


@blueprint.get("/login")
def login() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(auth.own_path(request.args.get("next")) or url_for("customers.index"), 303)
    return render_template("accounts/login.html", form=LoginForm(), sentence="")


@blueprint.post("/login", endpoint="login_post")
@auth.limiter.limit("60/minute", deduct_when=_was_refused)
@auth.limiter.limit("10/minute", key_func=_per_person, deduct_when=_was_refused)
def check_login() -> ResponseReturnValue:
    """Ten wrong tries a minute for one person, sixty for one address."""
    form = LoginForm()
    person = User.signing_in(form.email.data, form.password.data) if form.validate_on_submit() else None
    if person is None:
        sentence = "" if form.errors else _("E-mail og adgangskode passer ikke sammen.")
        return render_template("accounts/login.html", form=form, sentence=sentence), REFUSED
    auth.sign_in(person)
    if "language" in session:
        _speak(person, session["language"])
    return redirect(auth.own_path(request.args.get("next")) or url_for("customers.index"), 303)


@blueprint.post("/logout")
@auth.about_oneself
def logout() -> ResponseReturnValue:
    auth.sign_out()
    return htmx.go(url_for("accounts.login"))


@blueprint.get("/password")
def password() -> ResponseReturnValue:
    return render_template("accounts/password.html", form=PasswordForm())


@blueprint.post("/password", endpoint="password_post")
@auth.about_oneself
@auth.limiter.limit("10/minute", deduct_when=_was_refused)
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    fits = form.validate_on_submit()
    if fits and User.signing_in(auth.user().email, form.current.data) is None:
        form.current.errors = [_("Det er ikke den adgangskode, du har nu.")]
        fits = False
    if not fits:
        return render_template("accounts/password.html", form=form), REFUSED
    person = auth.user()
    with db.write():
        person.set_password(form.new.data)
        person.save()
    auth.sign_in(person)
    return htmx.go(
        url_for("customers.index"), _("Adgangskoden er skiftet. Andre steder, hvor du var logget ind, er logget ud.")
    )


@blueprint.post("/language")
@auth.about_oneself
def language() -> ResponseReturnValue:
    """Danish or English, remembered for the person, or for the browser before signing in."""
    chosen = request.form.get("language", "")
    if chosen not in auth.LOCALES:
        abort(400, _("Sproget findes ikke."))
    session["language"] = chosen
    if current_user.is_authenticated:
        _speak(auth.user(), chosen)
    return redirect(auth.own_path(request.form.get("next")) or url_for("accounts.front"), 303)


def _speak(person: User, language: str) -> None:
    """What was chosen last counts, also on the page before signing in."""
    with db.write():
        User.update(language=language).where(User.id == person.id).execute()


@blueprint.app_context_processor
def _offers() -> dict[str, bool]:
    return {"single_sign_on": bool(current_app.config["OIDC_ISSUER"])}
