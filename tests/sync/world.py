"""A small world for the engine's tests: one company, its register, the sandbox's e-conomic, a worker and a clock."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from tests.wsgi import WSGIAdapter
from webapp import config, db, ports, vault
from webapp.models import sweep as sweeps
from webapp.models.company import Company
from webapp.models.connection import AccessGrant, Connection
from webapp.models.customer import Customer
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.tally import Tally
from webapp.models.user import User
from webapp.sandbox import Sandbox, create_sandbox
from webapp.sandbox.agreement import Agreement
from webapp.sync import connect, pairings, register, sweep
from webapp.worker import Worker

ADDRESS = "http://economic.test"
AGREEMENT = 1482210
KEY = vault.new_key()
SETTINGS = {
    "ECONOMIC_API_URL": f"{ADDRESS}/rest",
    "ECONOMIC_OPENAPI_URL": ADDRESS,
    "ECONOMIC_GRANT_URL": f"{ADDRESS}/secure/api1/requestaccess.aspx",
    "ECONOMIC_APP_SECRET_TOKEN": "demo-app-secret",
    "ECONOMIC_APP_PUBLIC_TOKEN": "demo-app-public",
}


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class World:
    """Verbs read as sentences: `world.theirs(...)` edits in e-conomic, `world.drain()` lets the worker finish."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.tokens = itertools.count(1)
        self.sandbox = Sandbox(now=self.clock.now)
        self.economic = self.sandbox.add_agreement(AGREEMENT, "Fjordglans Rengøring ApS")
        self.app = create_sandbox(self.sandbox)
        self.ports = ports.Ports(
            now=self.clock.now,
            sleep=self.clock.sleep,
            random=lambda: 0.5,
            session=self._session,
            monotonic=self._seconds,
        )
        vault.use([KEY])
        self.settings = config.load(SETTINGS, {})
        self.company = Company.create(name="Fjordglans Rengøring ApS")
        self.alice = User.create(company=self.company, email="alice@fjordglans.example", name="Alice")
        self.worker = Worker(self.settings, "worker-1")
        self._connection_id = 0

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.mount(ADDRESS, WSGIAdapter(self.app))
        return session

    def _seconds(self) -> float:
        return self.clock.time.timestamp()

    # -- e-conomic and the connection

    def connect(self) -> Connection:
        """Grant, activate and fetch, as an administrator does."""
        with db.write():
            connection = self.opened(self.company, self.alice, self.economic)
            connection.set_defaults({"currency": "DKK", "customer_group": "1", "payment_terms": "1", "vat_zone": "1"})
            connection.save()
        self._connection_id = connection.id
        connect.activate(connection, self.alice)
        self.drain()
        return self.connection

    def opened(self, company: Company, by: User, economic: Agreement) -> Connection:
        """A connection of this company to this agreement, as after "Tilføj app"."""
        token = vault.seal(economic.grant("demo-app-public"), bound=f"grant:{company.id}:{economic.number}")
        facts = {"agreement_number": economic.number, "agreement_name": economic.company_name, "grant_token": token}
        grant = AccessGrant.create(company=company, user=by, state_hash=f"state-{next(self.tokens)}", **facts)
        return connect.open_with(grant, by)

    def connect_another(self, name: str, economic: Agreement) -> Connection:
        """Another company with a person of its own, connected to this agreement, activated and fetched."""
        company = Company.create(name=name)
        charlie = User.create(company=company, email="charlie@example.dk", name="Charlie")
        with db.write():
            connection = self.opened(company, charlie, economic)
        connect.activate(connection, charlie)
        self.worker.turns(connection)
        return Connection.get_by_id(connection.id)

    @property
    def connection(self) -> Connection:
        return Connection.get_by_id(self._connection_id)

    # -- customers on either side

    def ours(self, number: int, name: str, **values: str) -> Customer:
        return register.add(self.company, number, {"name": name, **values}, self.alice)

    def theirs(self, number: int, name: str, **fields: Any) -> dict[str, Any]:
        """A customer that an accountant makes in e-conomic."""
        return self.economic.add_customer(customerNumber=number, name=name, **fields)

    def save(self, customer: Customer, **values: str) -> None:
        """A person saves the form, having seen what is there now."""
        fresh = Customer.get_by_id(customer.id)
        register.change(self.company, fresh.id, fresh.values, fresh.values | values, self.alice)

    def pair_same(self, number: int = 1042, name: str = "Havnens Tandklinik ApS", **fields: Any) -> Pairing:
        """A pair, made from e-conomic's customer, in agreement."""
        if number not in self.economic.customers:
            self.theirs(number, name, **fields)
        self.look(number)
        mirror = Mirror.with_number(self.connection, number)
        return pairings.create_here(self.connection, mirror.id, number, self.alice)

    def look(self, *numbers: int) -> None:
        """A trigger for these numbers, carried out."""
        with db.write():
            for number in numbers:
                Lane.wake(self.connection, "theirs", number)
        self.drain()

    def webhook(self, old: int | None, new: int | None) -> None:
        from webapp.sync import inbox

        inbox.receive(self.connection, f"old={old or ''}&new={new or ''}", "", "")
        self.drain()

    def compare(self) -> sweeps.Sweep:
        sweep.begin(self.connection, sweeps.COMPARE)
        self.drain()
        return sweeps.Sweep.last_proof(self.connection)

    def drain(self, rounds: int = 200) -> None:
        """Let the worker work, and time pass, until nothing is left to do."""
        for _ in range(rounds):
            if self.worker.round():
                continue
            if not Lane.select().where(Lane.connection == self._connection_id).exists():
                return
            if not Connection.select().where(Connection.state == "open").exists():
                return
            self.clock.sleep(max(5.0, min(60.0, self._until_due())))
        raise AssertionError(f"still busy: {list(Lane.select().dicts())}")

    def _until_due(self) -> float:
        """Seconds until the first of the lanes is due again."""
        soonest = Lane.select().where(Lane.connection == self._connection_id).order_by(Lane.due_at).first()
        return float((soonest.due_at - self.clock.now()).total_seconds())

    # -- what is seen

    def stored(self, number: int) -> dict[str, Any]:
        """The customer in e-conomic's own store."""
        return dict(self.economic.customers[number])

    def fresh(self, row: Any) -> Any:
        return type(row).get_by_id(row.id)

    def mirror(self, number: int) -> Mirror:
        return Mirror.with_number(self.connection, number)

    def place(self, **sides: Any) -> Place:
        column, party = next(iter(sides.items()))
        return Place.get(getattr(Place, column) == party.id)

    def check_books(self) -> None:
        """Every customer stands in exactly one place, and the counters are what a count gives."""
        places = list(Place.of(self.connection))
        ours = [place.customer_id for place in places if place.customer_id]
        theirs = [place.mirror_id for place in places if place.mirror_id]
        assert len(set(ours)) == len(ours) and len(set(theirs)) == len(theirs)
        assert {c.id for c in Customer.of(self.company)} <= set(ours)
        assert {m.id for m in Mirror.of(self.connection)} <= set(theirs)
        for section, (lines, n_ours, n_theirs) in Tally.of(self.connection).items():
            mine = [place for place in places if place.section == section]
            assert lines == len(mine)
            assert (n_ours, n_theirs) == (
                sum(1 for p in mine if p.customer_id),
                sum(1 for p in mine if p.mirror_id),
            )
