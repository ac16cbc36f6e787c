"""Connecting to e-conomic and letting go again: the grant, activation, the webhook address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from webapp import db, ports, vault
from webapp.economic.client import Client
from webapp.economic.errors import RateLimited
from webapp.economic.grant import Declined, grant_url, read_callback
from webapp.economic.records import Agreement
from webapp.economic.transport import Transport
from webapp.models import connection as connections
from webapp.models import lane
from webapp.models.attempt import Attempt
from webapp.models.company import Company
from webapp.models.connection import LONGEST_REST, SOURCE, AccessGrant, Connection, hashed
from webapp.models.lane import Lane
from webapp.models.user import User
from webapp.sync import resting
from webapp.sync import sweep as sweeps
from webapp.sync.budget import WITHOUT_A_WORD, Pace

VISIT_MINUTES = 30


@dataclass(frozen=True)
class Endpoints:
    """Where e-conomic is and who the app is there; nothing else changes between sandbox and real service."""

    legacy: str
    openapi: str
    grant: str
    app_secret: str
    app_public: str

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> Endpoints:
        names = ("API_URL", "OPENAPI_URL", "GRANT_URL", "APP_SECRET_TOKEN", "APP_PUBLIC_TOKEN")
        return cls(*(settings[f"ECONOMIC_{name}"] for name in names))


class NotConnected(Exception):
    """The visit to e-conomic brought no connection; `kind` says why, for a sentence to the person."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class OtherAgreement:
    """The grant opens another agreement than the one connected before: it waits for the person's confirmation."""

    grant: AccessGrant
    before: Connection


def client(connection: Connection, endpoints: Endpoints, pace: Pace | None = None) -> Client:
    """A client that speaks for this connection. Raises vault.Unreadable when no key opens its grant.

    While a rehearsal is on it writes nothing, whoever asks it to and whatever they believe.
    """
    token = vault.unseal(connection.grant_token, bound=_bound(connection.company_id, connection.agreement_number))
    spoken_for, rehearses = connection.id, Connection.rehearsal == connections.REHEARSING

    def may_write() -> bool:
        return not Connection.select().where(Connection.id == spoken_for, rehearses).exists()

    return _client(endpoints, token, pace or Pace(connection.id), connection.agreement_number, may_write)


def _client(
    endpoints: Endpoints,
    token: str,
    pace: Pace | None = None,
    agreement: int | None = None,
    may_write: Callable[[], bool] = lambda: True,
) -> Client:
    transport = Transport(
        legacy=endpoints.legacy,
        openapi=endpoints.openapi,
        app_secret=endpoints.app_secret,
        grant_token=token,
        pace=pace,
    )
    return Client(transport, agreement, may_write)


def _bound(company_id: int, agreement_number: int | None) -> str:
    return f"grant:{company_id}:{agreement_number}"


def begin(user: User, endpoints: Endpoints, callback: Callable[[str], str], locale: str = "da-DK") -> str:
    """ "Opret forbindelse": remember a state and give the address of e-conomic's page.

    `callback` makes our own address for a state. e-conomic sends no state back of its own, so it rides in the
    redirect address's query, which survives (API facts §1).
    """
    state = ports.token(32)
    with db.write():
        AccessGrant.create(company=user.company_id, user=user, state_hash=hashed(state))
    return grant_url(endpoints.grant, endpoints.app_public, callback(state), locale)


def finish(user: User, state: str, args: Mapping[str, str], endpoints: Endpoints) -> Connection | OtherAgreement:
    """The person is back from e-conomic. Raises NotConnected, and EconomicError when the grant cannot be read."""
    if wait(user.company):
        raise NotConnected(RateLimited.kind)
    grant = _use(user, state)
    said = read_callback(args)
    if isinstance(said, Declined):
        raise NotConnected("declined")
    return _brought(user, grant, said.token, _agreement(user.company, endpoints, said.token))


def wait(company: Company) -> float:
    """Seconds until this company may ask e-conomic again, which has asked it to wait; 0 when it has not.

    What a clock wrote that has been set since, further ahead than any rest, keeps nobody waiting: the answer will tell.
    """
    known = _latest(company)
    left = Pace(known.id).resting() if known else 0.0
    return left if left < LONGEST_REST else 0.0


def _agreement(company: Company, endpoints: Endpoints, token: str) -> Agreement:
    """Whose agreement the grant opens; when e-conomic says to wait, that holds for all calls of the company."""
    try:
        return _client(endpoints, token).agreement()
    except RateLimited as fault:
        known = _latest(company)
        if known:
            Pace(known.id).rest(fault.wait or WITHOUT_A_WORD)
        raise


@db.retrying
def _brought(user: User, grant: AccessGrant, token: str, agreement: Agreement) -> Connection | OtherAgreement:
    """Open the connection to the agreement that the visit brought access to, or ask whether that one is meant."""
    with db.write():
        user.company.take_turns()
        grant.grant_token = vault.seal(token, bound=_bound(user.company_id, agreement.number))
        grant.agreement_number, grant.agreement_name = agreement.number, agreement.company_name
        grant.save()
        before = _other(user.company, agreement)
        if before is not None:
            return OtherAgreement(grant, before)
        return open_with(grant, user)


@db.retrying
def _use(user: User, state: str) -> AccessGrant:
    """The visit that this state began, once, for the same person, within half an hour."""
    with db.write():
        grant = db.for_update(AccessGrant.select().where(AccessGrant.state_hash == hashed(state))).first()
        if grant is None or grant.user_id != user.id:
            raise NotConnected("wrong_state")
        if grant.used_at is not None:
            raise NotConnected("used_state")
        if grant.created_at < ports.now() - timedelta(minutes=VISIT_MINUTES):
            raise NotConnected("old_state")
        grant.used_at = ports.now()
        grant.save(only=["used_at"])
        found: AccessGrant = grant
        return found


def _other(company: Company, agreement: Agreement) -> Connection | None:
    """The connection this company has or had last, if it is to another agreement."""
    last = _latest(company)
    return last if last and last.agreement_number != agreement.number else None


def _latest(company: Company) -> Connection | None:
    return Connection.open_of(company) or last_connection(company)


def last_connection(company: Company) -> Connection | None:
    """The connection that was opened last, also when it is closed by now."""
    found: Connection | None = (
        Connection.select()
        .where(Connection.company == company, Connection.source == SOURCE)
        .order_by(Connection.opened_at.desc())
        .first()
    )
    return found


def waiting_grant(user: User, grant_id: int) -> AccessGrant | None:
    """The grant to another agreement that this person has not answered for yet."""
    found: AccessGrant | None = AccessGrant.get_or_none(
        AccessGrant.id == grant_id,
        AccessGrant.company == user.company_id,
        AccessGrant.user == user,
        AccessGrant.confirmed_at.is_null(),
        AccessGrant.grant_token != "",
    )
    return found


def decline(user: User, grant_id: int) -> None:
    """ "Nej": forget the grant to the other agreement."""
    with db.write():
        AccessGrant.update(grant_token="").where(AccessGrant.id == grant_id, AccessGrant.user == user).execute()


@db.retrying
def confirm(user: User, grant_id: int) -> Connection:
    """ "Ja, brug denne aftale": open a connection of its own to the other agreement. Raises NotConnected."""
    with db.write():
        user.company.take_turns()
        grant = waiting_grant(user, grant_id)
        if grant is None:
            raise NotConnected("wrong_state")
        current = Connection.open_of(user.company)
        if current is not None and current.agreement_number != grant.agreement_number:
            close(current, user)
        return open_with(grant, user)


def open_with(grant: AccessGrant, user: User) -> Connection:
    """Open, or reopen, the connection to the grant's agreement, in the caller's transaction.

    What a person put on hold stays so until a person says to go on.
    """
    known = Connection.of_agreement(user.company, grant.agreement_number or 0)
    # A write being ordered under its old grant is stored first, to lose its key too; it may be paused meanwhile.
    found = Connection.locked(known.id) if known else None
    was_closed = found is not None and found.state == connections.CLOSED
    connection = found or Connection(company=user.company, agreement_number=grant.agreement_number)
    connection.agreement_name, connection.grant_token = grant.agreement_name, grant.grant_token
    if not resting.is_by_person(connection):
        connection.state, connection.state_reason = connections.OPEN, ""
    connection.customersapi = True
    connection.opened_at, connection.opened_by = ports.now(), user
    connection.closed_at, connection.closed_by = None, None
    connection.save()
    Attempt.lose_keys(connection)
    AccessGrant.update(confirmed_at=ports.now(), grant_token="").where(AccessGrant.id == grant.id).execute()
    Lane.wake(connection, lane.LISTS, connection.id)
    if was_closed and connection.is_active:
        sweeps.fetch_anew(connection, user)
    return connection


def close(connection: Connection, by: User) -> None:
    """Disconnect, in the caller's transaction: work and webhook stop; every row is kept, the grant is not."""
    connection.state, connection.closed_at, connection.closed_by = connections.CLOSED, ports.now(), by
    connection.grant_token, connection.webhook_hash, connection.webhook_token = "", None, ""
    connection.save(only=["state", "closed_at", "closed_by", "grant_token", "webhook_hash", "webhook_token"])


@db.retrying
def activate(connection: Connection, by: User) -> None:
    """ "Kunder" → "e-conomic": place our customers and order the first fetch."""
    with db.write():
        connection.company.take_turns()
        connection.activated_at, connection.activated_by = ports.now(), by
        connection.save(only=["activated_at", "activated_by"])
        sweeps.fetch_anew(connection, by)


def deactivate(connection: Connection) -> None:
    """ "Kunder" → "Ingen": nothing is synchronised; pairs and mirror are kept."""
    with db.write():
        connection.activated_at, connection.activated_by = None, None
        connection.save(only=["activated_at", "activated_by"])


def new_webhook(connection: Connection) -> str:
    """ "Generer ny URL": a new secret of 256 bits; the old address stops at once."""
    token = ports.token(32)
    with db.write():
        connection.webhook_hash = hashed(token)
        connection.webhook_token = vault.seal(token, bound=f"webhook:{connection.id}")
        connection.webhook_made_at, connection.webhook_called_at = ports.now(), None
        connection.save(only=["webhook_hash", "webhook_token", "webhook_made_at", "webhook_called_at"])
    return token


def webhook_token(connection: Connection) -> str:
    """The secret of the present address, '' when none was made."""
    if not connection.webhook_token:
        return ""
    return vault.unseal(connection.webhook_token, bound=f"webhook:{connection.id}")
