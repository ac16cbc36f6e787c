"""What the window is narrowed to: its search and filter, as they stand in an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import abort, request, url_for
from flask_babel import gettext as _

from webapp.models.connection import Connection
from webapp.sync import narrowing
from webapp.sync.narrowing import Narrowed
from webapp.sync.section import Section

LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Asked:
    """A search and a filter; the address holds them. `ticked`: the section whose drawn rows are all chosen."""

    text: str = ""
    only: str = ""
    ticked: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        """Read an address; what cannot be understood is refused with a sentence."""
        text, only = _plain(given.get("q", "")), given.get("only", "")
        if len(text) > LONGEST_SEARCH:
            abort(400, _("Søgningen er for lang. Brug højst %(limit)s tegn.", limit=LONGEST_SEARCH))
        if only and only not in narrowing.FILTERS:
            abort(400, _("Det kan vinduet ikke vise."))
        ticked = given.get("ticked", "")
        return cls(text, only, ticked if ticked in list(Section) else "")

    @classmethod
    def on_show(cls) -> Asked:
        """What the window from which this request came is narrowed to."""
        address = urlsplit(str(request.htmx.current_url or ""))  # type: ignore[attr-defined]
        return cls.read(address.query) if address.path == url_for("sync.window") else cls.within()

    @classmethod
    def within(cls) -> Asked:
        """What the window is narrowed to that lies behind the page on show, as the page's address says."""
        return cls.read(request.args.get("within", ""))

    @classmethod
    def read(cls, query: str) -> Asked:
        """Read the query of an address that somebody else made: what cannot be understood is passed over."""
        given = {name: values[0] for name, values in parse_qs(query[:1000]).items()}
        only = given.get("only", "")
        return cls(_plain(given.get("q", ""))[:LONGEST_SEARCH], only if only in narrowing.FILTERS else "")

    def of_lines(self, active: Connection) -> Narrowed:
        """The connection's lines, so narrowed."""
        return Narrowed(active, self.text, self.only)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.only)

    def through(self, filter_: str) -> Asked:
        """The same search through another filter."""
        return Asked(self.text, filter_)

    def all_ticked(self, section: str = "") -> Asked:
        return replace(self, ticked=section)

    def address(self, endpoint: str = "sync.window", **more: str | None) -> str:
        shown = {"q": self.text or None, "only": self.only or None, "ticked": self.ticked or None}
        return url_for(endpoint, **{**shown, **more})  # type: ignore[arg-type]

    @property
    def behind(self) -> str | None:
        """For the addresses of pages that come back to the window: what it is narrowed to; None when it is not."""
        given = {"q": self.text, "only": self.only}
        return urlencode({name: value for name, value in given.items() if value}) or None


def _plain(text: str) -> str:
    """Words with one blank between them; NUL, which PostgreSQL refuses, is a blank too."""
    return " ".join(text.replace("\0", " ").split())
