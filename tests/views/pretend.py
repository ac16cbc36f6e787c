"""Alice's company beside a pretend e-conomic in process: connecting as a browser would, and a worker to carry on."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask
from markupsafe import escape
from werkzeug.test import TestResponse

from tests.people import Browser, person
from tests.wsgi import WSGIAdapter
from webapp import ports
from webapp.models import user as users
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.sandbox import Sandbox, create_sandbox
from webapp.worker import Worker

ADDRESS = "http://economic.test"
PAGE = "/settings/integrations"
SETTINGS = {
    "ECONOMIC_API_URL": f"{ADDRESS}/rest",
    "ECONOMIC_OPENAPI_URL": ADDRESS,
    "ECONOMIC_GRANT_URL": f"{ADDRESS}/secure/api1/requestaccess.aspx",
    "ECONOMIC_APP_SECRET_TOKEN": "demo-app-secret",
    "ECONOMIC_APP_PUBLIC_TOKEN": "demo-app-public",
}
AGREEMENT, NAME = 1482210, "Fjordglans Rengøring ApS"


@dataclass
class Pretend:
    """Two companies' browsers, and e-conomic with two agreements."""

    app: Flask
    sandbox: Sandbox
    alice: Browser
    bob: Browser
    charlie: Browser

    @classmethod
    def make(cls, app: Flask) -> "Pretend":
        ours, other = Company.create(name="Fjordglans"), Company.create(name="Andre")
        alice, bob = person(ours, "Alice"), person(ours, "Bob", users.INSPECTOR)
        charlie = person(other, "Charlie")
        sandbox = Sandbox(seed=1)
        sandbox.add_agreement(AGREEMENT, NAME)
        sandbox.add_agreement(1500001, "Sydhavn Service ApS")
        return cls(app, sandbox, *(Browser.of(app, one) for one in (alice, bob, charlie)))

    def ports(self) -> ports.Ports:
        http = create_sandbox(self.sandbox)

        def session() -> requests.Session:
            made = requests.Session()
            made.mount(ADDRESS, WSGIAdapter(http))
            return made

        return ports.Ports(session=session)

    def begin(self, who: Browser | None = None, **form: str) -> str:
        """Press “Opret forbindelse”; the path to come back to, without its answer."""
        address = going_to((who or self.alice).post(f"{PAGE}/economic/connect", form))
        back = urlsplit(parse_qs(urlsplit(address).query)["redirectUrl"][0])
        return f"{back.path}?{back.query}"

    def grant(self, agreement: int = AGREEMENT) -> str:
        return self.sandbox.agreement(agreement).grant("demo-app-public")

    def come_back(self, back: str, token: str) -> TestResponse:
        return self.alice.get(f"{back}&token={token}")

    def connect(self, agreement: int = AGREEMENT) -> Connection:
        """There and back again, and the lists are read."""
        self.come_back(self.begin(), self.grant(agreement))
        self.work()
        return self.connection()

    def connection(self) -> Connection:
        found = Connection.open_of(self.alice.user.company)  # type: ignore[union-attr]
        assert found is not None
        return found

    def work(self) -> None:
        """Let the worker do what is due."""
        worker = Worker(self.app.config, "worker")
        while worker.round():
            pass

    def save(self, *, piece: bool = False, **choices: Any) -> TestResponse:
        """Press “Gem” with the first of every list, but for these choices."""
        form = {"currency": "DKK", "customer_group": "1", "payment_terms": "1", "vat_zone": "1"}
        return self.alice.post(f"{PAGE}/economic", form | choices, piece=piece)

    def told_on_card(self) -> str:
        return self.alice.page(PAGE).source

    def told(self) -> str:
        """The sentences of the dialog's page."""
        return self.alice.page(f"{PAGE}/economic").source


def going_to(answer: TestResponse) -> str:
    """Where the page on the way out goes by itself, which is where its link leads too."""
    address = answer.headers["Refresh"].removeprefix("0; url=")
    assert str(escape(address)) in answer.text
    return address
