"""A company of any size for timing: N customers here, N fetched from a pretend e-conomic in process, a third paired."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from time import process_time
from typing import Any

from webapp import db, ports, vault
from webapp.models.company import Company
from webapp.models.connection import AccessGrant, Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.user import User
from webapp.sandbox import Sandbox, create_sandbox
from webapp.sandbox.companies import company as company_at
from webapp.sandbox.crowd import Crowd
from webapp.simulation.wire import Wire
from webapp.sync import connect, standing
from webapp.worker import Worker

AGREEMENT, SEED, AT_ONCE = 1482210, 3, 300
DEFAULTS = {"currency": "DKK", "customer_group": "1", "payment_terms": "1", "vat_zone": "1"}
PAIRED = 3
"""One in so many is paired."""


class Furnished:
    """The company; `fetch_seconds`: processor time of the worker for the whole first fetch, the sandbox's included."""

    def __init__(self, size: int, settings: Mapping[str, Any]) -> None:
        self.size = size
        self.company = Company.create(name=f"Fjordglans {size}")
        self.alice = User(company=self.company, email=f"alice-{size}@fjordglans.example", name="Alice")
        self.alice.set_password(ports.token(16))
        self.alice.save()
        _customers(self.company, size)
        self.fetch_seconds = self._fetch(settings)
        _pair(self.connection)

    def _fetch(self, settings: Mapping[str, Any]) -> float:
        sandbox = Sandbox()
        economic = sandbox.add_agreement(AGREEMENT, self.company.name)
        economic.customers.derive(Crowd(1, self.size, SEED))
        sealed = vault.seal(economic.grant("demo-app-public"), bound=f"grant:{self.company.id}:{AGREEMENT}")
        grant = AccessGrant.create(
            company=self.company, user=self.alice, state_hash=ports.token(16), agreement_number=AGREEMENT,
            agreement_name=self.company.name, grant_token=sealed,
        )  # fmt: skip
        with db.write():
            self.connection = connect.open_with(grant, self.alice)
            self.connection.set_defaults(DEFAULTS)
            self.connection.save()
        with ports.using(replace(ports.Ports(), session=Wire(create_sandbox(sandbox)).session)):
            connect.activate(self.connection, self.alice)
            begun, worker = process_time(), Worker(settings, "bench")
            while self.connection.fetched_at is None:
                worker.turns(self.connection)
                self.connection = Connection.get_by_id(self.connection.id)
            return process_time() - begun


def _customers(company: Company, size: int) -> None:
    """The first third are those that e-conomic has too; nobody knows the others there."""
    rows = []
    for number in range(1, size + 1):
        found = company_at(number - 1 if number <= size // PAIRED else number + 10_000_000, SEED)
        customer = Customer(company=company, number=number)
        customer.take({name: found["zip" if name == "postcode" else name] for name in _FIELDS})
        rows.append(customer.__data__)
    for part in _parts(rows):
        with db.write():
            Customer.insert_many(part).execute()


_FIELDS = ("name", "cvr", "ean", "address", "postcode", "city", "country", "email", "phone", "website")


def _pair(connection: Connection) -> None:
    """The first third here and there have the same numbers and are the same; they agree as they are now."""
    upto = Customer.of(connection.company).count() // PAIRED
    theirs = {mirror.number: mirror for mirror in Mirror.of(connection).where(Mirror.number <= upto)}
    own = {"company": connection.company_id, "connection": connection.id, "created_at": ports.now()}
    rows = []
    for customer in Customer.of(connection.company).where(Customer.number <= upto):
        mirror = theirs[customer.number]
        base = {name: [value, mirror.values[name]] for name, value in customer.values.items()}
        rows.append(own | {"customer": customer.id, "mirror": mirror.id, "base_json": json.dumps(base)})
    for part in _parts(rows):
        with db.write():
            Pairing.insert_many(part).execute()
    with db.write():
        standing.rebuild(connection)


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
