"""Alice administers, Bob inspects, Dora audits, Charlie belongs to another company: their rows and example world."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.fernet import Fernet
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.page import Page
from webapp.models import user as users
from webapp.models.company import Company
from webapp.models.connection import Connection, Reference
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.user import User
from webapp.sync import register, standing

PASSWORD = "en lang adgangskode"
PIECE = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": "http://localhost/customers?q=x"}
KEYS = {"SECRET_KEY": "a key for tests", "ENCRYPTION_KEY": Fernet.generate_key().decode()}


@cache
def hashed() -> str:
    """PASSWORD as it is stored; made once, for it is slow on purpose."""
    person = User()
    person.set_password(PASSWORD)
    return str(person.password_hash)


def person(company: Company, name: str, role: str = users.ADMINISTRATOR) -> User:
    email = f"{name.lower()}@{company.name.lower()}.dk"
    return User.create(company=company, name=name, email=email, role=role, password_hash=hashed())


class Read(TestResponse, Response):
    """An answer as a person reads it: what keeps a name on one line is not seen."""

    @property
    def text(self) -> str:  # type: ignore[override]
        return re.sub('<span class="unbroken">([^<]*)</span>', r"\1", self.get_data(as_text=True))


@dataclass
class Browser:
    """A person at a browser: asks for pages, and sends forms with the token a page gave."""

    client: FlaskClient
    user: User | None = None

    @classmethod
    def of(cls, app: Flask, user: User | None = None) -> Browser:
        """Signed in as this person, without the slow check of a password."""
        browser = cls(app.test_client(), user)
        browser.client.response_wrapper = Read
        if user is not None:
            with browser.client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = f"{user.id}:{user.epoch}", True
        return browser

    def get(self, address: str, *, piece: bool = False, **rest: Any) -> TestResponse:
        return self.client.get(address, headers=PIECE if piece else {}, **rest)

    def post(self, address: str, form: dict[str, Any] | None = None, *, piece: bool = False) -> TestResponse:
        return self.client.post(
            address, data={"csrf_token": self.token()} | (form or {}), headers=PIECE if piece else {}
        )

    def token(self) -> str:
        page = self.client.get("/help" if self.user else "/login").text
        return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]  # type: ignore[index]

    def page(self, address: str, *, piece: bool = False) -> Page:
        """The page, which must be without fault."""
        answer = self.get(address, piece=piece)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        page = Page(answer.text)
        assert page.complaints() == []
        return page


@dataclass
class World:
    """Two companies; the first is connected and has a pair, a customer of ours and one of theirs without a partner."""

    alice: User
    bob: User
    charlie: User
    dora: User
    connection: Connection
    customer: Customer
    paired: Customer
    mirror: Mirror
    pairing: Pairing

    @classmethod
    def make(cls) -> World:
        ours, other = Company.create(name="Fjordglans"), Company.create(name="Andre")
        alice = person(ours, "Alice")
        bob = person(ours, "Bob", users.INSPECTOR)
        connection = connect(ours)
        customer = register.add(ours, 1001, {"name": "Havnens Tandklinik ApS", "city": "Odense"}, alice)
        paired = register.add(ours, 1002, {"name": "Ærø Bageri", "phone": "62 10 00 20"}, alice)
        mirror = enter(connection, 1002, {"name": "Ærø Bageri", "phone": "62 10 00 99"})
        pairing = pair(connection, paired, mirror)
        charlie, dora = person(other, "Charlie"), person(ours, "Dora", users.AUDITOR)
        return cls(alice, bob, charlie, dora, connection, customer, paired, mirror, pairing)


def connect(company: Company) -> Connection:
    """An active connection with short lists."""
    from webapp import ports

    connection = Connection.create(
        company=company, agreement_number=1482210, agreement_name="Fjordglans", activated_at=ports.now()
    )
    for kind, key, name in [
        ("currency", "DKK", "Danske kroner"), ("currency", "EUR", "Euro"), ("customer_group", "1", "Diverse"),
        ("payment_terms", "1", "Netto 8 dage"), ("vat_zone", "1", "Indland"),
    ]:  # fmt: skip
        Reference.create(company=company, connection=connection, kind=kind, key=key, name=name)
    return connection


def enter(connection: Connection, number: int, values: dict[str, str]) -> Mirror:
    mirror = Mirror(company=connection.company, connection=connection, number=number)
    mirror.take(values)
    mirror.save(force_insert=True)
    standing.put_mirror(connection, mirror)
    return mirror


def pair(connection: Connection, customer: Customer, mirror: Mirror) -> Pairing:
    """The two are a pair; where they differ now they differed then, and that was agreed to."""
    pairing = Pairing(company=connection.company, connection=connection, customer=customer, mirror=mirror)
    pairing.base = {name: (value, mirror.values[name]) for name, value in customer.values.items()}
    pairing.save(force_insert=True)
    standing.put_pair(pairing)
    return pairing
