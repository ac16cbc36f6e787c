"""The same questions for every address: who gets in, whose rows answer, which form needs a token, is the page whole?"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.page import Page
from tests.people import KEYS, Browser, World
from webapp import auth, create_app, db, ports
from webapp.models.connection import AccessGrant
from webapp.models.default_rule import DefaultRule
from webapp.models.field_rule import FieldRule
from webapp.models.place import Place
from webapp.models.run import Run
from webapp.models.sweep import Sweep
from webapp.models.upload import Upload
from webapp.models.user import User
from webapp.views import notice_words

# An example for each name that stands in an address (or at one endpoint): of Alice's company where it names a row.
EXAMPLES: dict[str, Callable[[World], Any]] = {
    "customer_id": lambda world: world.customer.id,
    "mirror_id": lambda world: world.mirror.id,
    "pairing_id": lambda world: world.pairing.id,
    "place_id": lambda world: Place.of(world.connection).first().id,
    "grant_id": lambda world: grant(world).id,
    "sweep_id": lambda world: Sweep.create(company=world.alice.company, connection=world.connection, kind="fetch").id,
    "run_id": lambda world: Run.create(company=world.alice.company, connection=world.connection, kind="create_ours").id,
    "upload_id": lambda world: Upload.keep(world.alice.company, "x.csv", b"Navn\nx\n", world.alice).id,
    "rule_id": lambda world: (
        (
            FieldRule.of(world.connection).first()
            or FieldRule.create(
                company=world.alice.company, connection=world.connection, field="phone", kind="winner", value="ours"
            )
        ).id
    ),
    "default_rule_id": lambda world: (
        (
            DefaultRule.of(world.connection).first()
            or DefaultRule.create(company=world.alice.company, connection=world.connection, position=1, currency="EUR")
        ).id
    ),
    "section": lambda world: "new",
    "side": lambda world: "ours",
    "kind": lambda world: "csv",
    "runs.plan kind": lambda world: "create_ours",
    "party_id": lambda world: world.customer.id,
    "name": lambda world: "cvr",
    "filename": lambda world: "js/app.js",
    "token": lambda world: "x" * 43,
    "notices.leaving token": lambda world: notice_words.signer().dumps(world.alice.id),
    "notices.leave token": lambda world: notice_words.signer().dumps(world.alice.id),
}


def grant(world: World) -> AccessGrant:
    """A visit to e-conomic that waits for Alice's word."""
    facts = {"company": world.alice.company, "user": world.alice, "state_hash": ports.token(8)}
    return AccessGrant.create(**facts, agreement_number=1, agreement_name="x", grant_token="x")


NOBODYS = 2_000_000_000
ROWS = {name for name in EXAMPLES if name.endswith("_id")}
OPEN = {
    "static",
    "health.alive",
    "health.ready",
    "accounts.login",
    "accounts.login_post",
    "accounts.language",
    "oidc.start",
    "oidc.callback",
    "notices.leaving",
    "notices.leave",
}
# What concerns only whoever asks: all that an auditor may change.
EVERYBODY_CHANGES = {"accounts.logout", "accounts.password_post", "window_memory.fold", "window_memory.tour"}
# What an inspector may change besides: nothing in e-conomic, and no customer that exists.
INSPECTORS_CHANGE = EVERYBODY_CHANGES | {"customers.create"}
# What a health check keeps of its last look, so that the same registers are not looked through twice.
KEPT = re.compile(r'(INSERT INTO|DELETE FROM|UPDATE) "checked')


@dataclass
class Walk:
    """One app, its people and its addresses."""

    app: Flask
    world: World

    def rules(self, method: str, *, rows: bool = False) -> list[Rule]:
        found = [rule for rule in self.app.url_map.iter_rules() if method in (rule.methods or ())]
        return [rule for rule in found if not rows or rule.arguments & ROWS]

    def address(self, rule: Rule, **known: int) -> str:
        asked = rule.arguments - known.keys() - set(rule.defaults or {})
        examples = {name: EXAMPLES.get(f"{rule.endpoint} {name}", EXAMPLES[name]) for name in asked}
        with self.app.test_request_context():
            values = known | {name: example(self.world) for name, example in examples.items()}
            return str(self.app.url_for(rule.endpoint, **values))

    def pages(self) -> list[Rule]:
        """What a person may look at."""
        return [rule for rule in self.rules("GET") if rule.endpoint != "static"]

    def browser(self, user: Any = None) -> Browser:
        return Browser.of(self.app, user)

    def methods(self) -> set[str]:
        """Every method by which something can be changed, as the addresses know them."""
        known = {method for rule in self.app.url_map.iter_rules() for method in rule.methods or ()}
        return known - auth.SAFE_METHODS

    def changing(self) -> list[tuple[Rule, str]]:
        """Everything that can change something, but what is open to all the world."""
        found = [(rule, method) for method in sorted(self.methods()) for rule in self.rules(method)]
        return [(rule, method) for rule, method in found if not auth.is_open(rule.endpoint)]

    def may(self, user: User, rule: Rule, method: str) -> bool:
        with self.app.app_context():
            return auth.is_open(rule.endpoint) or auth.may(user.role, rule.endpoint, method)


@pytest.fixture
def walk(database: str) -> Iterator[Walk]:
    app = create_app(KEYS | {"DATABASE_URL": database, "TESTING": True, "RATELIMIT_ENABLED": False})
    with db.connected():
        yield Walk(app, World.make())


class Written(logging.Handler):
    """Every statement that changed a row, as the database got it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.statements: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.statements.append(str(record.msg[0]))

    def clear(self) -> None:
        self.statements.clear()

    def __call__(self) -> list[str]:
        return [text for text in self.statements if re.match(r"\s*(INSERT|UPDATE|DELETE|REPLACE)", text, re.IGNORECASE)]


@pytest.fixture
def written() -> Iterator[Written]:
    heard, logger = Written(), logging.getLogger("peewee")
    before = logger.level
    logger.addHandler(heard)
    logger.setLevel(logging.DEBUG)
    yield heard
    logger.setLevel(before)
    logger.removeHandler(heard)


def test_every_name_in_an_address_has_an_example(walk: Walk) -> None:
    names = {name for rule in walk.app.url_map.iter_rules() for name in rule.arguments}
    assert names - EXAMPLES.keys() == set()


def test_nothing_is_open_that_is_not_meant_to_be(walk: Walk) -> None:
    open_ones = {rule.endpoint for rule in walk.app.url_map.iter_rules() if auth.is_open(rule.endpoint)}
    assert {endpoint for endpoint in open_ones if not endpoint.startswith("webhook.")} == OPEN


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whoever_is_not_signed_in_is_sent_to_log_in(walk: Walk, method: str) -> None:
    stranger = walk.browser()
    closed = [rule for rule in walk.rules(method) if not auth.is_open(rule.endpoint)]
    answers = {rule.endpoint: stranger.client.open(walk.address(rule), method=method) for rule in closed}
    assert {name for name, answer in answers.items() if not (answer.location or "").startswith("/login")} == set()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_companys_rows_are_as_if_they_were_not_there(walk: Walk, method: str) -> None:
    charlie = walk.browser(walk.world.charlie)
    form = {"csrf_token": charlie.token()} if method == "POST" else {}
    for rule in walk.rules(method, rows=True):
        nobodys = dict.fromkeys(rule.arguments & ROWS, NOBODYS)
        theirs = charlie.client.open(walk.address(rule), method=method, data=form)
        missing = charlie.client.open(walk.address(rule, **nobodys), method=method, data=form)
        assert theirs.status_code >= 300, rule.endpoint
        assert (theirs.status_code, theirs.location) == (missing.status_code, missing.location), rule.endpoint


def test_a_customer_of_another_company_is_not_found(walk: Walk) -> None:
    charlie = walk.browser(walk.world.charlie)
    rules = [rule for rule in walk.rules("GET") if "customer_id" in rule.arguments]
    assert {charlie.get(walk.address(rule)).status_code for rule in rules} == {404}


@pytest.mark.parametrize("who", ["bob", "dora"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whoever_is_no_administrator_is_refused_what_is_for_administrators(walk: Walk, method: str, who: str) -> None:
    user = getattr(walk.world, who)
    browser = walk.browser(user)
    form = {"csrf_token": browser.token()} if method == "POST" else {}
    rules = [rule for rule in walk.rules(method) if not walk.may(user, rule, method)]
    codes = {r.endpoint: browser.client.open(walk.address(r), method=method, data=form).status_code for r in rules}
    assert codes and {name: code for name, code in codes.items() if code != 403} == {}


@pytest.mark.parametrize(("who", "listed"), [("bob", INSPECTORS_CHANGE), ("dora", EVERYBODY_CHANGES)])
def test_whoever_is_no_administrator_changes_only_what_is_listed(walk: Walk, who: str, listed: set[str]) -> None:
    user = getattr(walk.world, who)
    assert {rule.endpoint for rule, method in walk.changing() if walk.may(user, rule, method)} == listed


def test_an_auditor_is_told_so_by_every_address_that_changes_something(walk: Walk, written: Written) -> None:
    dora = walk.browser(walk.world.dora)
    token = dora.token()
    asked = [(walk.address(rule), method) for rule, method in walk.changing() if rule.endpoint not in EVERYBODY_CHANGES]
    written.clear()
    answers = [dora.client.open(address, method=method, data={"csrf_token": token}) for address, method in asked]
    assert len(answers) > 30 and {answer.status_code for answer in answers} == {403}
    assert all("Som revisor kan du se alt, men ikke ændre noget." in answer.text for answer in answers)
    assert written() == []


def test_an_auditor_who_looks_at_everything_writes_nothing(walk: Walk, written: Written) -> None:
    dora = walk.browser(walk.world.dora)
    asked = [(rule, walk.address(rule)) for rule in walk.pages() if not auth.is_open(rule.endpoint)]
    written.clear()
    codes = {rule.endpoint: dora.get(address).status_code for rule, address in asked}
    assert written() and [statement for statement in written() if not KEPT.match(statement)] == []
    allowed = {rule.endpoint for rule, _address in asked if walk.may(walk.world.dora, rule, "GET")}
    assert {name for name, code in codes.items() if code != 403} == allowed
    assert {name: code for name, code in codes.items() if code >= 400 and name in allowed} == {}


def test_no_form_is_taken_without_its_token(walk: Walk) -> None:
    alice = walk.browser(walk.world.alice)
    rules = [rule for rule in walk.rules("POST") if not rule.endpoint.startswith("webhook.")]
    codes = {rule.endpoint: alice.client.post(walk.address(rule)).status_code for rule in rules}
    assert {name: code for name, code in codes.items() if code != 400} == {}


@pytest.mark.parametrize("piece", [False, True], ids=["page", "piece"])
def test_every_page_is_without_fault(walk: Walk, piece: bool) -> None:
    alice = walk.browser(walk.world.alice)
    faults = {}
    for rule in walk.pages():
        answer = alice.get(walk.address(rule), piece=piece)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            faults[rule.endpoint] = Page(answer.text).complaints()
    assert {name: found for name, found in faults.items() if found} == {}
    assert "customers.index" in faults


def test_no_page_fails(walk: Walk) -> None:
    alice = walk.browser(walk.world.alice)
    codes = {rule.endpoint: alice.get(walk.address(rule)).status_code for rule in walk.pages()}
    assert {name: code for name, code in codes.items() if code >= 500 and name != "health.ready"} == {}


def test_every_answer_carries_the_security_headers(walk: Walk) -> None:
    alice = walk.browser(walk.world.alice)
    for rule in walk.pages():
        headers = alice.get(walk.address(rule)).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_no_signed_in_page_is_kept_by_the_browser(walk: Walk) -> None:
    alice = walk.browser(walk.world.alice)
    assert {alice.get(walk.address(rule)).headers["Cache-Control"] for rule in walk.pages()} == {"no-store"}
