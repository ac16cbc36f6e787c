"""What a customer's page tells: the fields, the partner in e-conomic and what differs, and the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from peewee import JOIN

from webapp import filters, ports
from webapp.models import pairing as pairings
from webapp.models.company import Company
from webapp.models.connection import Connection, Reference
from webapp.models.customer import Customer
from webapp.models.erasure import Erasure
from webapp.models.history import OURS, THEIRS, History
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.user import User
from webapp.sync.connect import last_connection
from webapp.sync.fields import BY_NAME
from webapp.sync.normalise import same
from webapp.sync.plan import FieldPlan, Outcome
from webapp.sync.preview import Names
from webapp.sync.section import State
from webapp.sync.standing import plan_of
from webapp.views import rule_words

HISTORY_PAGE = 50
UNDER_WAY = (State.SENDING, State.FETCHING, State.CREATING, State.DELETING)

# Cause of a change -> how it is told.
CAUSES = {
    "person": _l("Rettet i CleanManager"),
    "pull": _l("Hentet fra e-conomic"),
    "push": _l("Sendt til e-conomic"),
    "pair": _l("Parring"),
    "answer": _l("Svar på konflikt"),
    "rule": _l("Afgjort af en regel"),
    "confirm": _l("Bekræftet"),
    "create": _l("Oprettet som partner"),
    "remove": _l("Slettet som partner"),
    "fetched": _l("Hentet fra e-conomic"),
    "renumbered": _l("Nyt nummer i e-conomic"),
    "undo": _l("Fortrudt"),
    "load": _l("Indlæst fra fil"),
    "erase": _l("Personoplysninger slettet"),
}
# What happened to the customer as a whole -> how it is told.
EVENTS = {
    "deleted": _l("Slettet"),
    "restored": _l("Gendannet"),
    "paired": _l("Parret"),
    "unpaired": _l("Parring ophævet"),
    "created": _l("Oprettet i e-conomic"),
    "asked": _l("Spørgsmålet stilles igen"),
    "erased": _l("Værdierne er slettet"),
}
OUTCOMES = {
    Outcome.PUSH: _l("Sendes til e-conomic"),
    Outcome.PULL: _l("Hentes fra e-conomic"),
    Outcome.ASK: _l("Kræver et svar"),
    Outcome.HOLD: _l("Venter på, at nogen bekræfter"),
    Outcome.NOTHING: _l("Må gerne være forskellige"),
    Outcome.AGREE: _l("Ens"),
}
REHEARSED = {
    Outcome.PUSH: _l("Ville blive sendt til e-conomic"),
    Outcome.PULL: _l("Ville blive hentet fra e-conomic"),
}


@dataclass(frozen=True)
class Entry:
    """What was done to the customer at one go: one line for each field."""

    lines: list[History]

    @property
    def at(self) -> datetime:
        moment: datetime = self.lines[0].at
        return moment

    @property
    def run_id(self) -> int | None:
        number: int | None = self.lines[0].run_id
        return number

    @property
    def who(self) -> str:
        """The person behind it, or nobody."""
        return who(self.lines[0])

    @property
    def what(self) -> str:
        """By which road it came."""
        return what(self.lines[0])


@dataclass(frozen=True)
class Page:
    """Everything on the page; `names` gives (list, key) -> the name e-conomic shows for it, `called` the same for each
    connection that the company has had, by its id."""

    place: Place | None
    partner: Mirror | None
    differing: tuple[FieldPlan, ...]
    names: Names
    called: dict[int, Names]
    connection: Connection | None
    history: list[Entry]
    older: int | None
    erasure: Erasure | None

    @property
    def is_under_way(self) -> bool:
        rests = self.connection is not None and self.connection.is_rehearsing
        return not rests and self.place is not None and State(self.place.state) in UNDER_WAY

    def shown(self, field: str, value: str) -> str:
        """A value as a person knows it: the name from e-conomic's list where there is one."""
        return _named(self.names, field, value)

    def told(self, line: History, value: str) -> str:
        """The same for a value of the past, as its own agreement called it; the number where that is not known."""
        only = next(iter(self.called)) if len(self.called) == 1 else 0
        return _named(self.called.get(line.connection_id or only, {}), line.field, value)


def read(customer: Customer, before: str = "") -> Page:
    """Look everything up; `before` is the history line from which older ones are wanted."""
    connection = Connection.open_of(customer.company)
    active = connection if connection is not None and connection.is_active else None
    place = Place.get_or_none(Place.connection == active, Place.customer == customer) if active else None
    pair = Pairing.of_customer(customer, active) if active else None
    differing = plan_of(pair).fields if pair is not None and pair.state == pairings.OPEN else ()
    history, older = _history(
        customer, int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    )
    return Page(
        place=place,
        partner=pair.mirror if pair is not None else None,
        differing=tuple(field for field in differing if not same(field.ours, field.theirs)),
        names=_names(customer.company, connection),
        called={
            one.id: Reference.names(one) for one in Connection.select().where(Connection.company == customer.company)
        },
        connection=active,
        history=history,
        older=older,
        erasure=Erasure.of(customer) if customer.deleted_at else None,
    )


def _named(names: Names, field: str, value: str) -> str:
    kind = BY_NAME[field].reference if field in BY_NAME else ""
    name = names.get((kind, value), "") if kind and value else ""
    return f"{name} ({value})" if name and name != value else value


def _names(company: Company, connection: Connection | None) -> Names:
    """Those of e-conomic's lists; after disconnecting, as they were called last."""
    known = connection or last_connection(company)
    return Reference.names(known) if known else {}


def _history(customer: Customer, before: int | None) -> tuple[list[Entry], int | None]:
    """The newest lines before that one, those of one go together, and the line to go on from."""
    query = (
        History.select(History, User)
        .join(User, JOIN.LEFT_OUTER, on=History.by)
        .where(History.company == customer.company_id, History.customer_id == customer.id)
        .order_by(History.id.desc())
    )
    lines = list((query.where(History.id < before) if before else query).limit(HISTORY_PAGE + 1))
    return entries(lines[:HISTORY_PAGE]), lines[HISTORY_PAGE - 1].id if len(lines) > HISTORY_PAGE else None


def entries(lines: list[History]) -> list[Entry]:
    """The lines, those of one go together."""
    goes = groupby(lines, key=lambda line: (line.at, line.cause, line.side, line.version))
    return [Entry(sorted(together, key=lambda line: line.id)) for _key, together in goes]


def who(line: History) -> str:
    """The person behind a line; of a change made there we only know that somebody made it."""
    if line.by:
        return str(line.by.name or line.by.email)
    return str(_("nogen dér") if line.side == THEIRS and line.cause == "fetched" else _("automatisk"))


def when(line: History) -> str:
    return filters.stamp(line.at)


def today() -> str:
    """The moment of printing."""
    return filters.stamp(ports.now())


def what(line: History) -> str:
    """By which road a line came."""
    if line.origin:
        file, _colon, place = line.origin.rpartition(":")
        return str(_("Indlæst fra %(file)s, linje %(line)s", file=file, line=place))
    if line.field == "deleted" and line.cause == "person":
        return str(_("Slettet i CleanManager"))
    if line.version == 1 and line.side == OURS and line.cause == "person":
        return str(_("Oprettet i CleanManager"))
    if line.side == THEIRS and line.cause == "fetched":
        return str(_("Ændret i e-conomic"))
    return str(CAUSES.get(line.cause, line.cause))


def system(line: History) -> str:
    return {OURS: "CleanManager", THEIRS: "e-conomic"}.get(line.side) or str(_("begge"))


def where(line: History) -> str:
    """In which system it happened; '' when the road says so already."""
    return "" if system(line) in what(line) else system(line)


def event(line: History) -> str:
    """What a line tells when it is about the whole customer; '' when it is about a field."""
    return str(EVENTS.get(line.field, ""))


def outcome(field: FieldPlan, *, is_rehearsed: bool = False) -> str:
    """What becomes of a field that differs."""
    if is_rehearsed and field.outcome in REHEARSED:
        return str(REHEARSED[field.outcome])
    if field.outcome == Outcome.NOTHING and field.direction != "both":
        return rule_words.closed(field.direction)
    return str(OUTCOMES[field.outcome])
