"""How values are shown: Danish (or British) numbers and moments, icons, state marks, addresses of static files."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request, url_for
from flask_babel import format_date, format_datetime, format_decimal, lazy_gettext, ngettext, to_user_timezone
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.routing import BuildError

from webapp import ports
from webapp.models.connection import Reference
from webapp.sync.fields import BY_NAME
from webapp.sync.section import State

NAME = re.compile(
    r"<(title|option|textarea|script)\b.*?</\1>|(\(?e-conomic(?:[\w’).,:;!?]|&#39;)*)(?![^<>]*>)", re.DOTALL
)
STATIC = Path(__file__).parents[1] / "static"

# State -> (class of the mark, icon, word): every list shows the same mark for the same state.
STATES = {
    State.NEW: ("", "plus-lg", lazy_gettext("Ny")),
    State.SURE: ("", "plus-lg", lazy_gettext("Ny")),
    State.LOOK: ("", "plus-lg", lazy_gettext("Ny")),
    State.OFF: ("", "slash-circle", lazy_gettext("Slået fra")),
    State.CREATING: ("state-go", "arrow-left-right", lazy_gettext("Oprettes")),
    State.DELETING: ("state-go", "arrow-left-right", lazy_gettext("Slettes")),
    State.EQUAL: ("state-ok", "check-lg", lazy_gettext("Parret")),
    State.AGREED: ("state-ok", "check-lg", lazy_gettext("Parret")),
    State.SENDING: ("state-go", "arrow-left-right", lazy_gettext("På vej")),
    State.FETCHING: ("state-go", "arrow-left-right", lazy_gettext("På vej")),
    State.QUESTION: ("state-ask", "exclamation-triangle", lazy_gettext("Konflikt")),
    State.FAULT: ("state-bad", "x-octagon", lazy_gettext("Fejl")),
    State.OTHER_PARTY: ("state-ask", "exclamation-triangle", lazy_gettext("Konflikt")),
    State.OURS_GONE: ("state-ask", "exclamation-triangle", lazy_gettext("Slettet her")),
    State.OURS_GONE_THEIRS_MOVED: ("state-ask", "exclamation-triangle", lazy_gettext("Slettet her")),
    State.THEIRS_GONE: ("state-ask", "exclamation-triangle", lazy_gettext("Slettet dér")),
    State.THEIRS_GONE_OURS_MOVED: ("state-ask", "exclamation-triangle", lazy_gettext("Slettet dér")),
}

# e-conomic names its VAT zones in English even on a Danish agreement; its own pages say it in Danish.
# Number -> (what its API says, what an earlier version stored instead, ours).
VAT_ZONES = {
    "1": ("Domestic", "Indland", lazy_gettext("Indland")),
    "3": ("Abroad", "Udland", lazy_gettext("Udland")),
    "4": ("Domestic exempt VAT", "Indland uden moms", lazy_gettext("Indland uden moms")),
}


def init_app(app: Flask) -> None:
    Reference.said = staticmethod(list_name)
    app.jinja_env.filters.update(number=number, moment=moment, day=day, ago=ago)
    app.jinja_env.globals.update(
        icon=icon,
        state_mark=state_mark,
        static_url=static_url,
        picture=picture,
        link=link,
        label=label,
        here=here,
        in_sentence=in_sentence,
    )
    app.after_request(unbroken)


def unbroken(response: Response) -> Response:
    """Let no line end at the hyphen of "e-conomic", wherever a page says it; what holds no markup stays as it is.

    What clings to the name stays with it: a reader hears a pause where a span ends.
    """
    if response.mimetype == "text/html" and response.status_code != 304:
        html = response.get_data(as_text=True)
        response.set_data(NAME.sub(lambda found: found[0] if found[1] else _span(found[2]), html))
    return response


def _span(name: str) -> str:
    return f'<span class="unbroken">{name}</span>'


def number(value: int) -> str:
    """1234 as 1.234."""
    return str(format_decimal(value))


def moment(value: datetime | None) -> str:
    """A point in time as "i dag 08.05", "i går 15.42", "3. nov. 15.42" or, in another year, "3. nov. 2026"."""
    if value is None:
        return ""
    local, now = to_user_timezone(value), to_user_timezone(ports.now())
    if local.date() == now.date():
        return str(_("i dag %(clock)s", clock=clock(value)))
    if local.date() == (now - timedelta(days=1)).date():
        return str(_("i går %(clock)s", clock=clock(value)))
    if local.year == now.year:
        return f"{format_datetime(value, 'd MMM' if _english() else 'd. MMM')} {clock(value)}"
    return day(value)


def stamp(value: datetime | None) -> str:
    """A point in time in full, for what is kept: "i dag" would soon be wrong."""
    return f"{day(value)} {clock(value)}" if value else ""


def clock(value: datetime) -> str:
    """The time of day as "15.42"."""
    return str(format_datetime(value, "HH:mm" if _english() else "HH.mm"))


def day(value: datetime | None) -> str:
    """The date as "3. nov. 2026"."""
    return str(format_date(value, "d MMM y" if _english() else "d. MMM y")) if value else ""


def ago(value: datetime | None) -> str:
    """How long since, as "for 4 min. siden"."""
    if value is None:
        return ""
    seconds = max(0, int((ports.now() - value).total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 1:
        return str(_("lige nu"))
    if hours < 1:
        return str(_("for %(count)s min. siden", count=minutes))
    if days < 1:
        return str(ngettext("for %(num)s time siden", "for %(num)s timer siden", hours))
    return str(ngettext("for %(num)s dag siden", "for %(num)s dage siden", days))


def _english() -> bool:
    return bool(g.get("locale", "da") != "da")


def icon(name: str) -> Markup:
    """One of our icons; always beside a word, or in a button that has a label."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
        static_url("icons.svg"), name
    )


def state_mark(state: str | State, *, rehearsed: bool = False) -> Markup:
    """Icon and word of a row's state; what is under way waits while it is only rehearsed."""
    style, shape, word = STATES[State(state)]
    if rehearsed and style == "state-go":
        style, word = "", lazy_gettext("Venter")
    return Markup('<span class="state {}">{} {}</span>').format(style, icon(shape), word)


def label(field: str) -> str:
    """The label of a synced field, or of what else stands in the history."""
    own = {"number": _("Kundenummer"), "deleted": _("Slettet"), "restored": _("Gendannet")}
    return str(own.get(field) or (_(BY_NAME[field].label) if field in BY_NAME else field))


def list_name(kind: str, key: str, name: str) -> str:
    """What an entry of e-conomic's lists is called: as there, but a VAT zone in the reader's language."""
    *stored, ours = VAT_ZONES.get(key, ("",)) if kind == "vat_zone" else ("",)
    return str(ours) if name in stored else name


def in_sentence(field: str) -> str:
    """The label amid a sentence: "telefon", but "CVR-nr."."""
    text = label(field)
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def static_url(filename: str) -> str:
    """The address of a static file, new whenever its content is: browsers may keep it for a year."""
    return url_for("static", filename=filename, v=fingerprint(filename))


def fingerprint(filename: str) -> str:
    """A short hash of the file's content; '' when there is no such file."""
    file = STATIC / filename
    return _hashed(file, file.stat().st_mtime_ns) if file.is_file() else ""


@cache
def _hashed(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def picture(name: str) -> str:
    """The address of a picture of the guide, in English where that was taken; '' while there is none."""
    files = [f"help/en/{name}.png"] if _english() else []
    found = (file for file in (*files, f"help/{name}.png") if (STATIC / file).is_file())
    return next((static_url(file) for file in found), "")


def link(endpoint: str, **values: Any) -> str:
    """The address of a page, '' in an installation without it."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return ""


def here(*blueprints: str) -> bool:
    """The page on show belongs to one of these."""
    return request.blueprint in blueprints
