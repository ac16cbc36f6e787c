"""A company's connection to one e-conomic agreement, with its defaults, reference lists and webhook address."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from peewee import BooleanField, ForeignKeyField, IntegerField, TextField

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.user import User

SOURCE, FILES = "economic", "file"
OPEN, PAUSED, CLOSED = "open", "paused", "closed"
LIVE, ENDING, REHEARSING = "", "ending", "on"
"""It writes; it ends what is under way before it rehearses; it rehearses."""

LONGEST_REST = 3600.0
DEFAULTS = ("currency", "customer_group", "payment_terms", "vat_zone")


def hashed(secret: str) -> str:
    """What is stored of a secret that is only ever looked up."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Connection(Row):
    """One grant. Closing keeps every row; the same agreement reopens it."""

    company_id: int
    company = ForeignKeyField(Company)
    source = TextField(default=SOURCE)
    agreement_number = IntegerField()
    agreement_name = TextField()
    state = TextField(default=OPEN)
    state_reason = TextField(default="")
    rehearsal = TextField(default=LIVE)
    grant_token = TextField(default="")
    customersapi = BooleanField(default=True)
    opened_at = UTCField(default=ports.now)
    opened_by_id: int | None
    opened_by = ForeignKeyField(User, null=True)
    closed_at = UTCField(null=True)
    closed_by_id: int | None
    closed_by = ForeignKeyField(User, null=True)
    activated_at = UTCField(null=True)
    activated_by_id: int | None
    activated_by = ForeignKeyField(User, null=True)
    fetched_at = UTCField(null=True)
    default_currency = TextField(default="")
    default_customer_group = TextField(default="")
    default_payment_terms = TextField(default="")
    default_vat_zone = TextField(default="")
    defaults_saved_at = UTCField(null=True)
    webhook_hash = TextField(null=True)
    webhook_token = TextField(default="")
    webhook_made_at = UTCField(null=True)
    webhook_called_at = UTCField(null=True)
    changed_since = TextField(default="")
    poll_due_at = UTCField(null=True)
    compare_due_at = UTCField(null=True)
    budget_used = IntegerField(default=0)
    budget_limit = IntegerField(default=0)
    budget_window = IntegerField(default=60)
    budget_cost = IntegerField(default=3)
    budget_at = UTCField(null=True)
    resume_at = UTCField(null=True)
    policy_seen: Any = None
    """The rules per field as they were when last asked for through this row (no column)."""

    @classmethod
    def open_of(cls, company: Company) -> Self | None:
        """The company's connection, working or paused; None when there is none or it was closed."""
        found: Self | None = (
            cls.select().where(cls.company == company, cls.source == SOURCE, cls.state != CLOSED).first()
        )
        return found

    @classmethod
    def of_files(cls, company: Company) -> Self:
        """What the company loads from files belongs to this one: there is no grant, and nobody to ask."""
        own = {"company": company, "source": FILES, "agreement_number": 0}
        cls.insert(**own, agreement_name="", activated_at=ports.now()).on_conflict_ignore().execute()
        found: Self = cls.select().where(cls.company == company, cls.source == FILES).get()
        return found

    @classmethod
    def of_agreement(cls, company: Company, agreement_number: int) -> Self | None:
        """The company's connection to this agreement, also a closed one."""
        found: Self | None = cls.get_or_none(
            cls.company == company, cls.source == SOURCE, cls.agreement_number == agreement_number
        )
        return found

    @classmethod
    def with_webhook(cls, token: str) -> Self | None:
        """The connection whose webhook address ends in this token."""
        found: Self | None = cls.get_or_none(cls.webhook_hash == hashed(token), cls.state != CLOSED)
        return found

    @classmethod
    def working(cls) -> Any:
        """Connections whose work may go on, as a query; how fast is for `sync.budget` to say."""
        return cls.select().where(cls.state == OPEN)

    @property
    def is_economic(self) -> bool:
        """There are books behind it that can be asked."""
        return bool(self.source == SOURCE)

    @property
    def is_active(self) -> bool:
        """Customers are synchronised with this source ("Kunder" → "e-conomic")."""
        return self.activated_at is not None and self.state != CLOSED

    @property
    def is_rehearsing(self) -> bool:
        """It begins no write, on neither side."""
        return self.rehearsal != LIVE

    @property
    def defaults(self) -> dict[str, str]:
        return {name: getattr(self, f"default_{name}") for name in DEFAULTS}

    def set_defaults(self, values: Mapping[str, str]) -> None:
        """Set the default values for new customers there (unsaved)."""
        for name in DEFAULTS:
            setattr(self, f"default_{name}", values.get(name, ""))

    def pause(self, reason: str) -> None:
        """Stop all work with one message; the queue is kept. What an earlier grant met does not count."""
        Connection.update(state=PAUSED, state_reason=reason).where(
            Connection.id == self.id, Connection.state == OPEN, Connection.grant_token == self.grant_token
        ).execute()

    def rest(self, seconds: float, over: datetime | None = None) -> None:
        """Make no call before so many seconds have passed; a longer rest that was asked for before stays, unless it was
        until `over`, which is known to have passed, whatever the clock says."""
        now = ports.now()
        until = now + timedelta(seconds=min(seconds, LONGEST_REST))
        of_another_clock = Connection.resume_at > now + timedelta(seconds=LONGEST_REST)
        shorter = Connection.resume_at.is_null() | (Connection.resume_at < until) | of_another_clock
        if over is not None:
            shorter |= Connection.resume_at == over
        Connection.update(resume_at=until).where(Connection.id == self.id, shorter).execute()


class Reference(Row):
    """One entry of e-conomic's lists. `gone_at`: it was there and is no longer."""

    said: ClassVar[Callable[[str, str, str], str]] = staticmethod(lambda _kind, _key, name: name)
    """How an entry is called to whoever reads a page: the app sets it, for it knows the language."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    kind = TextField()
    key = TextField()
    name = TextField()
    gone_at = UTCField(null=True)

    @classmethod
    def of(cls, connection: Connection, kind: str) -> Any:
        """The list as it is now in e-conomic, in its order."""
        return (
            cls.select().where(cls.connection == connection, cls.kind == kind, cls.gone_at.is_null()).order_by(cls.id)
        )

    @classmethod
    def names(cls, connection: Connection) -> dict[tuple[str, str], str]:
        """(kind, key) -> name of all entries, vanished ones too."""
        return {(row.kind, row.key): row.shown for row in cls.select().where(cls.connection == connection)}

    @property
    def shown(self) -> str:
        """Its name as a page shows it."""
        return Reference.said(self.kind, self.key, self.name)


class UnitMapping(Row):
    """Which unit there stands for a kind of unit here ("Overførsel af enheder")."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    kind = TextField()
    key = TextField()

    @classmethod
    def of(cls, connection: Connection) -> dict[str, str]:
        """Our kind of unit -> their unit number as text."""
        return {row.kind: row.key for row in cls.select().where(cls.connection == connection)}


class AccessGrant(Row):
    """A visit to e-conomic's grant page, and the grant it brought back while it waits for confirmation."""

    company_id: int
    company = ForeignKeyField(Company)
    user_id: int
    user = ForeignKeyField(User)
    state_hash = TextField(unique=True)
    created_at = UTCField(default=ports.now)
    used_at = UTCField(null=True)
    grant_token = TextField(default="")
    agreement_number = IntegerField(null=True)
    agreement_name = TextField(default="")
    confirmed_at = UTCField(null=True)
