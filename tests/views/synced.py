"""Alice, Bob, Dora and Charlie before the window of a company that is synchronised with a pretend e-conomic."""

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.beginning import begin
from tests.people import PIECE, Browser, person
from tests.sync.world import World
from webapp.models import user as users
from webapp.models.company import Company
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Place

PARTIAL = re.compile(r'<hx-partial hx-target="([^"]+)" hx-swap="([^"]+)">(.*?)</hx-partial>', re.DOTALL)
Pieces = dict[str, list[tuple[str, str]]]


class Synced(World):
    """The engine's world, with the people who look at it."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.flask = app
        self.admin = Browser.of(app, self.alice)
        self.inspector = Browser.of(app, person(self.company, "Bob", users.INSPECTOR))
        self.auditor = Browser.of(app, person(self.company, "Dora", users.AUDITOR))
        self.outsider = Browser.of(app, person(Company.create(name="Andre"), "Charlie"))

    def mirror(self, number: int) -> Mirror:
        found = Mirror.with_number(self.connection, number)
        assert found is not None
        return found

    def fetched(self, number: int, name: str, **fields: Any) -> Mirror:
        """A customer that an accountant made there and we know of."""
        self.theirs(number, name, **fields)
        self.look(number)
        return self.mirror(number)

    def conflict(self) -> Pairing:
        """A pair whose phone was changed on both sides."""
        pair = self.pair_same(telephoneAndFaxNumber="66100014")
        self.economic.edit(1042, telephoneAndFaxNumber="66100041")
        self.save(pair.customer, phone="66100020")
        self.drain()
        return Pairing.get_by_id(pair.id)

    def gone_there(self, number: int = 1042) -> Pairing:
        """A pair whose remote customer was deleted."""
        pair = self.pair_same(number)
        self.economic.delete(number)
        self.look(number)
        return Pairing.get_by_id(pair.id)

    def section(self, party: Customer | Mirror) -> str:
        column = Place.customer if isinstance(party, Customer) else Place.mirror
        return str(Place.get(Place.connection == self.connection, column == party.id).section)


def seen(pair: Pairing) -> dict[str, int]:
    """The versions that a form carries."""
    pair = Pairing.get_by_id(pair.id)
    return {"ours": pair.customer.version, "theirs": pair.mirror.version, "pair": pair.version}


def pieces(answer: TestResponse) -> Pieces:
    """Target -> (swap, html) of each piece of the answer."""
    found: Pieces = {}
    for target, swap, html in PARTIAL.findall(answer.text):
        found.setdefault(target, []).append((swap, html.strip()))
    return found


def get_from(browser: Browser, shown: str, address: str) -> TestResponse:
    """Ask for a piece from a window that stands at this address."""
    return browser.client.get(address, headers=PIECE | {"HX-Current-URL": f"http://localhost{shown}"})


def post_from(browser: Browser, shown: str, address: str, form: dict[str, Any]) -> TestResponse:
    headers = PIECE | {"HX-Current-URL": f"http://localhost{shown}"}
    return browser.client.post(address, data={"csrf_token": browser.token()} | form, headers=headers)


def rows_of(html: str, section: str) -> str:
    """The list of one section in the window's page."""
    found = re.search(rf'<ul class="rows" id="rows-{section}">(.*?)</ul>', html, re.DOTALL)
    return found[1] if found else ""


def world_in(app: Flask) -> Iterator[Synced]:
    """Connected and activated, and the books are right at the end."""
    from webapp import ports

    made = Synced(app)
    with ports.using(made.ports):
        begin(made)
        yield made
        made.check_books()
