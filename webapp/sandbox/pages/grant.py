"""The request-access page: what an app may reach, yes or no, and the way back with the token."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, g, redirect, render_template, request

from webapp.sandbox.pages.session import inside, sandbox
from webapp.sandbox.store import Row

ADDRESS = "/secure/api1/requestaccess.aspx"
# What each role reaches, in Danish and in English.
REACH: dict[str, tuple[tuple[str, str], ...]] = {
    "SuperUser": (("Kunder", "Customers"), ("Leverandører", "Suppliers"), ("Varer", "Products"),
                  ("Ordrer og tilbud", "Orders and quotations"), ("Fakturaer", "Invoices"),
                  ("Finansposteringer", "Ledger entries"), ("Webhooks", "Webhooks"),
                  ("Brugere og indstillinger", "Users and settings")),
    "Bookkeeping": (("Leverandører", "Suppliers"), ("Finansposteringer", "Ledger entries"),
                    ("Kassekladder", "Cash books")),
    "Sales": (("Kunder", "Customers"), ("Varer", "Products"), ("Ordrer og tilbud", "Orders and quotations"),
              ("Fakturaer", "Invoices")),
    "ProjectEmployee": (("Projekter", "Projects"), ("Tidsregistrering", "Time tracking")),
}  # fmt: skip


pages = Blueprint("grant", __name__)


@pages.get(ADDRESS)
@inside
def ask() -> Any:
    app, back = _asked()
    if app is None or not _allowed(app, back):
        return render_template("grant_unknown.html"), 400
    g.form_target = _origin(back)
    english = not request.args.get("locale", "da-DK").lower().startswith("da")
    reach = sorted({words[english] for role in app["roles"] for words in REACH.get(role, ())})
    return render_template("grant.html", app=app, back=back, reach=reach, english=english)


@pages.post(ADDRESS)
@inside
def answer() -> Any:
    app, back = _asked()
    if app is None or not _allowed(app, back):
        return render_template("grant_unknown.html"), 400
    g.form_target = _origin(back)
    if request.form.get("answer") != "add":
        return _cancelled(back)
    token = g.agreement.grant(app["public"], user=g.user["email"])
    if not back:
        return render_template("grant_token.html", app=app, token=token)
    return redirect(with_query(back, token=token))


def _asked() -> tuple[Row | None, str]:
    """The app and the way back; older links say appId."""
    values = {name.lower(): value for name, value in request.values.items()}
    public = values.get("apppublictoken") or values.get("appid") or ""
    try:
        app: Row | None = sandbox.app_by_public(public)
    except KeyError:
        app = None
    return app, values.get("redirecturl", "")


def _allowed(app: Row, back: str) -> bool:
    if back and urlsplit(back).scheme not in ("http", "https"):
        return False
    if not back or not sandbox.switches.redirect_must_be_registered:
        return True
    return any(back.startswith(known) for known in app["redirects"])


def _cancelled(back: str) -> Any:
    form = sandbox.switches.cancel
    if not back or form == "stay":
        return render_template("grant_cancelled.html")
    return redirect(with_query(back, error="access_denied") if form == "error" else back)


def with_query(address: str, **values: str) -> str:
    """The address with these values added to the query it already has."""
    parts = urlsplit(address)
    query = parse_qsl(parts.query, keep_blank_values=True) + list(values.items())
    return urlunsplit(parts._replace(query=urlencode(query)))


def _origin(address: str) -> str:
    """Scheme and host of an address, in letters that cannot break out of a header."""
    parts = urlsplit(address)
    try:
        host = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    except ValueError:
        return ""
    good = parts.scheme in ("http", "https") and all(sign.isalnum() or sign in ".-:" for sign in host)
    return f"{parts.scheme}://{host}" if good else ""
