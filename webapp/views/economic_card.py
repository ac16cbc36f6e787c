"""What the card of e-conomic shows: is it connected, are customers synchronised, and how far the first fetch is."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.models import lane
from webapp.models import sweep as sweeps
from webapp.models.company import Company
from webapp.models.connection import OPEN, PAUSED, Connection
from webapp.models.lane import Lane
from webapp.models.sweep import Sweep
from webapp.sync import resting, silence
from webapp.sync.silence import Silence

# Why a connection rests -> what a person reads; the last sentence of each says what mends it.
PAUSES = {
    resting.BY_PERSON: _l("Synkroniseringen er sat på pause. Intet hentes eller sendes, og alt, der venter, er gemt."),
    "grant_withdrawn": _l(
        "e-conomic har lukket for adgangen. Intet hentes eller sendes, og alt, der venter, er gemt. "
        "Forbind igen for at fortsætte."
    ),
    "forbidden": _l(
        "Brugeren, der gav adgangen, mangler en rettighed i e-conomic. Intet hentes eller sendes, og alt, der venter, "
        "er gemt. Forbind igen som en bruger med fuld adgang."
    ),
    "key_missing": _l(
        "Den gemte adgang til e-conomic kan ikke læses, fordi installationens krypteringsnøgle er skiftet. Intet "
        "hentes eller sendes, og alt, der venter, er gemt. Forbind igen for at fortsætte."
    ),
}
NOT_ANSWERING = _l("e-conomic svarer ikke lige nu. Vi prøver igen af os selv.")


@dataclass(frozen=True)
class Card:
    """`fetch` is the newest first fetch, `held` a sweep that stopped to ask, `proof` the newest full comparison."""

    connection: Connection | None
    fetch: Sweep | None = None
    held: Sweep | None = None
    proof: Sweep | None = None
    trouble: str = ""
    silence: Silence | None = None

    @property
    def is_active(self) -> bool:
        return self.connection is not None and self.connection.is_active

    @property
    def is_paused(self) -> bool:
        return self.connection is not None and self.connection.state == PAUSED

    @property
    def is_resting(self) -> bool:
        """A person has put everything on hold."""
        return self.connection is not None and resting.is_by_person(self.connection)

    @property
    def pause(self) -> str:
        """Why everything rests, as sentences; '' when nothing does."""
        return pause_of(self.connection) if self.connection else ""

    @property
    def is_fetching(self) -> bool:
        return bool(self.fetch and self.fetch.state == sweeps.RUNNING and not self.is_paused)

    @property
    def is_fetched(self) -> bool:
        return bool(self.fetch and self.fetch.state == sweeps.DONE)

    @property
    def is_left(self) -> bool:
        """A person stopped the first fetch, so there is nothing to go on from."""
        return bool(self.fetch and self.fetch.state == sweeps.VOID)

    @property
    def is_beginning(self) -> bool:
        """Nobody has been paired and compared yet, so the card says what comes next."""
        return self.connection is not None and not self.is_paused and not (self.proof and self.proof.pairs)

    @property
    def done(self) -> tuple[bool, bool, bool, bool]:
        """Which of the first steps are behind us: default values, webhook, fetch, pairing."""
        one = self.connection
        return bool(one and one.defaults_saved_at), bool(one and one.webhook_called_at), self.is_fetched, False

    @property
    def missing(self) -> int:
        """How many customers the stopped sweep did not see any more."""
        return len(self.held.candidates) if self.held else 0


def read(company: Company) -> Card:
    """The card of this company."""
    connection = Connection.open_of(company)
    if connection is None or not connection.is_active:
        return Card(connection)
    held = Sweep.current(connection, sweeps.FETCH, sweeps.COMPARE)
    return Card(
        connection,
        fetch=_newest_fetch(connection),
        held=held if held and held.state == sweeps.HELD else None,
        proof=Sweep.last_proof(connection),
        trouble=trouble(connection, lane.SWEEP),
        silence=silence.of(connection),
    )


def _newest_fetch(connection: Connection) -> Sweep | None:
    query = Sweep.select().where(Sweep.connection == connection, Sweep.kind == sweeps.FETCH)
    found: Sweep | None = query.order_by(Sweep.id.desc()).first()
    return found


def trouble(connection: Connection, side: str) -> str:
    """Work of this kind is tried again and again without luck."""
    stuck = Lane.select().where(Lane.connection == connection, Lane.side == side, Lane.fault_kind != "")
    return str(NOT_ANSWERING) if stuck.exists() else ""


def pause_of(connection: Connection) -> str:
    if connection.state == OPEN:
        return ""
    return str(PAUSES.get(connection.state_reason) or _("Forbindelsen er sat på pause. Forbind igen for at fortsætte."))
