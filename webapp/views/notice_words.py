"""The mail that tells an administrator what waits: counts and links, in their language, and no customer by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

from flask import current_app, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from itsdangerous import URLSafeSerializer

from webapp import auth, htmx
from webapp.filters import number
from webapp.models.user import User
from webapp.notices.waiting import DELETION, EMPTIED, FAULT, MISSING, PAUSED, QUESTION, SILENT, Item
from webapp.sync.causes import Cause
from webapp.views import cause_words
from webapp.views.economic_card import PAUSES


@dataclass(frozen=True)
class Line:
    """One sentence of the mail, and the page where it is settled."""

    text: str
    address: str


def letter(user: User, items: Sequence[Item], mark: str) -> EmailMessage:
    """The mail to this person. By its mark a mail program shows once what was sent twice."""
    g.locale = auth.LOCALES.get(user.language, "da")
    leaving = htmx.external(url_for("notices.leaving", token=signer().dumps(user.id)))
    shown = {"user": user, "lines": lines(items), "leaving": leaving}
    made = EmailMessage()
    made["Subject"] = subject(items)
    made["From"] = current_app.config["MAIL_FROM"]
    made["To"] = Address(user.name, addr_spec=user.email)
    made["Message-ID"] = f"<{mark}@{_domain()}>"
    made["List-Unsubscribe"] = f"<{leaving}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(render_template("notices/mail.txt", **shown))
    made.add_alternative(render_template("notices/mail.html", subject=made["Subject"], **shown), subtype="html")
    return made


def signer() -> URLSafeSerializer:
    """What proves that a link to leave was made here; it opens nothing else."""
    older = current_app.config["SECRET_KEY_FALLBACKS"]
    return URLSafeSerializer([*reversed(older), current_app.config["SECRET_KEY"]], salt="notices")


def subject(items: Sequence[Item]) -> str:
    if any(item.kind == PAUSED for item in items):
        return str(_("Synkroniseringen med e-conomic står stille"))
    if any(item.since is None for item in items):
        return str(_("Synkroniseringen med e-conomic spørger, før den går videre"))
    return str(_("Noget venter på dig i synkroniseringen med e-conomic"))


def lines(items: Sequence[Item]) -> list[Line]:
    """What stands still first, then the questions, and the faults by cause, the largest first."""
    found = [_at_once(item) for item in items if item.since is None]
    for kind in (QUESTION, DELETION):
        if count := sum(item.kind == kind for item in items):
            found.append(Line(_asked(kind, count), _window(kind)))
    by_cause: dict[Cause, int] = {}
    for cause in (cause for item in items if item.kind == FAULT for cause in item.causes):
        by_cause[cause] = by_cause.get(cause, 0) + 1
    largest_first = sorted(by_cause.items(), key=lambda one: (-one[1], one[0].key))
    found += [_refused(cause, count) for cause, count in largest_first]
    return found + [_silent(item) for item in items if item.kind == SILENT]


def _at_once(item: Item) -> Line:
    count = number(item.count)
    if item.kind == PAUSED:
        why = PAUSES.get(item.why) or _("Forbindelsen er sat på pause. Forbind igen for at fortsætte.")
        return Line(str(why), htmx.external(url_for("integrations.index")))
    told = {
        MISSING: ngettext(
            "%(count)s kunde mangler i e-conomic på én gang. Intet er ændret, før nogen har svaret.",
            "%(count)s kunder mangler i e-conomic på én gang. Intet er ændret, før nogen har svaret.",
            item.count, count=count,
        ),
        EMPTIED: ngettext(
            "Hos %(count)s kunde er felter pludselig tomme. Værdierne er beholdt på den anden side.",
            "Hos %(count)s kunder er felter pludselig tomme. Værdierne er beholdt på den anden side.",
            item.count, count=count,
        ),
    }  # fmt: skip
    return Line(str(told[item.kind]), htmx.external(url_for("sync.window")))


def _asked(kind: str, count: int) -> str:
    shown = number(count)
    if kind == DELETION:
        told = ngettext(
            "%(count)s parret kunde er slettet på den ene side, og du skal vælge, hvad der skal ske.",
            "%(count)s parrede kunder er slettet på den ene side, og du skal vælge, hvad der skal ske.",
            count, count=shown,
        )  # fmt: skip
    else:
        told = ngettext("%(count)s kunde kræver et svar.", "%(count)s kunder kræver et svar.", count, count=shown)
    return str(told)


def _window(kind: str) -> str:
    section = "deleted" if kind == DELETION else "conflict"
    return htmx.external(url_for("sync.window", only="answer", _anchor=f"section-{section}"))


def _refused(cause: Cause, count: int) -> Line:
    told = ngettext("%(count)s kunde: %(cause)s", "%(count)s kunder: %(cause)s", count, count=number(count),
                    cause=cause_words.title(cause))  # fmt: skip
    return Line(str(told), htmx.external(url_for("causes.index", cause=cause.key)))


def _silent(item: Item) -> Line:
    told = ngettext(
        "%(count)s ændring i e-conomic blev ikke meldt af webhooken. Intet er tabt, men se efter, om den virker.",
        "%(count)s ændringer i e-conomic blev ikke meldt af webhooken. Intet er tabt, men se efter, om den virker.",
        item.count, count=number(item.count),
    )  # fmt: skip
    return Line(str(told), htmx.external(url_for("integrations.economic")))


def _domain() -> str:
    return parseaddr(current_app.config["MAIL_FROM"])[1].rpartition("@")[2]
