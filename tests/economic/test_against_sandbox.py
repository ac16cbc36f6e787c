"""The real client and the sandbox, two readings of the same documentation, held against each other in process."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
import requests

from tests.economic.wire import Clock
from tests.wsgi import WSGIAdapter
from webapp import ports
from webapp.economic import errors
from webapp.economic.client import Client
from webapp.economic.limits import REQUIRED, TEXTS, Service
from webapp.economic.records import Budget, Customer, faults_in, new_body, overlay, writable
from webapp.economic.transport import Transport

sandboxes = pytest.importorskip("webapp.sandbox", reason="the sandbox is not here")

BASE = "http://127.0.0.1:8001"
NEW = {
    "name": "Ny Kunde ApS",
    "currency": "DKK",
    "customerGroup.customerGroupNumber": "1",
    "paymentTerms.paymentTermsNumber": "1",
    "vatZone.vatZoneNumber": "1",
}
# Texts with a form of their own, and openapi's two address lines.
CHECKED = {
    "currency", "vatNumber", "vatNo", "ean", "eanLocationNumber", "pNumber", "pnr", "email", "address1", "address2",
}  # fmt: skip
_keys = (f"key-{number}" for number in count())


class _Told:
    """A pace that lets every call pass and keeps the budgets it is told."""

    def __init__(self, told: list[Budget]) -> None:
        self._told = told

    def before(self) -> None:
        pass

    def after(self, budget: Budget | None, fault: errors.EconomicError | None) -> None:
        if budget:
            self._told.append(budget)


class World:
    """A sandbox with one agreement, and the client that its grant makes."""

    def __init__(self) -> None:
        self.told: list[Budget] = []
        self.sandbox = sandboxes.Sandbox(seed=1, now=lambda: datetime(2026, 8, 1, 12, tzinfo=UTC))
        self.sandbox.deliver = lambda *call: None
        self.agreement = self.sandbox.add_agreement(1234567, "Testfirmaet ApS")
        self.app = sandboxes.create_sandbox(self.sandbox)
        self.grant = self.agreement.grant("demo-app-public")
        self.client = self.with_token(self.grant)

    def session(self) -> requests.Session:
        session = requests.Session()
        session.mount(BASE, WSGIAdapter(self.app))
        return session

    def with_token(self, token: str, secret: str = "demo-app-secret") -> Client:
        return Client(
            Transport(
                legacy=f"{BASE}/rest",
                openapi=BASE,
                app_secret=secret,
                grant_token=token,
                pace=_Told(self.told),
                max_body=2_000_000,
            )
        )

    def create(self, number: int, **changes: str) -> Customer:
        return self.client.create(new_body(NEW | changes, number), next(_keys)).customer


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    with ports.using(Clock().ports(session=world.session)):
        yield world
    world.sandbox.close()


@pytest.fixture
def client(world: World) -> Client:
    return world.client


def test_the_agreement_is_known(client: Client) -> None:
    agreement = client.agreement()

    assert (agreement.number, agreement.company_name, agreement.base_currency) == (1234567, "Testfirmaet ApS", "DKK")


@pytest.mark.parametrize(
    ("call", "entry"),
    [
        ("currencies", "DKK"),
        ("customer_groups", "1"),
        ("payment_terms", "1"),
        ("vat_zones", "4"),
        ("units", "1"),
        ("layouts", "19"),
    ],
)
def test_every_list_is_read(client: Client, call: str, entry: str) -> None:
    found = {reference.key: reference.name for reference in getattr(client, call)()}

    assert found[entry]


def test_a_creation_is_read_back_from_both_services(world: World, client: Client) -> None:
    created = world.create(7, address="Torvet 1\n2. sal", zip="8000", corporateIdentificationNumber="29403473")
    legacy, newer = client.legacy_customer(7), client.customer(7)

    assert created.raw["name"] == legacy.text("name") == newer.text("name") == "Ny Kunde ApS"
    assert legacy.text("address") == newer.text("address") == "Torvet 1\n2. sal"
    assert (newer.text("postCode"), newer.text("cvrNo"), newer.text("customerGroupNumber")) == ("8000", "29403473", "1")


def test_the_same_key_creates_once(world: World, client: Client) -> None:
    body = new_body(NEW, 7)
    first, second = client.create(body, "k"), client.create(body, "k")

    assert (first.from_cache, second.from_cache) == (False, True)
    assert client.count() == 1


def test_a_taken_number_is_told_apart(world: World) -> None:
    world.create(7)

    with pytest.raises(errors.NumberTaken):
        world.create(7)


def test_a_reference_that_does_not_exist_names_its_field(client: Client) -> None:
    with pytest.raises(errors.Refused) as caught:
        client.create(new_body(NEW | {"customerGroup.customerGroupNumber": "99"}, 7), "k")

    assert [(fault.property, fault.code) for fault in caught.value.fields] == [("customerGroup", "E07140")]


def test_an_update_changes_what_was_laid_over_and_nothing_else(world: World, client: Client) -> None:
    world.create(7, email="a@example.com", website="example.com", mobilePhone="12345678")
    before = client.customer(7)
    client.update(overlay(writable(before), {"city": "Aarhus"}), 7, "k")
    after = client.customer(7)

    assert writable(after) == overlay(
        writable(before),
        {
            "city": "Aarhus",
        },
    ) | {"objectVersion": after.version}
    assert after.version != before.version


def test_an_update_on_a_version_that_moved_is_stale(world: World, client: Client) -> None:
    world.create(7)
    body = overlay(writable(client.customer(7)), {"city": "Aarhus"})
    world.agreement.edit(7, city="Odense")
    with pytest.raises(errors.StaleVersion):
        client.update(body, 7, "k")

    assert client.customer(7).text("city") == "Odense"


@pytest.mark.parametrize("answer", ["200-empty", "200-customer", "204"])
def test_every_answer_to_an_update_is_understood(world: World, client: Client, answer: str) -> None:
    world.sandbox.switches.newer_put_answer = answer
    world.create(7)
    updated = client.update(overlay(writable(client.customer(7)), {"city": "Aarhus"}), 7, "k")

    assert (updated.customer is not None) == (answer == "200-customer")


def test_nulls_shown_by_the_newer_service_do_not_go_back(world: World, client: Client) -> None:
    world.sandbox.switches.newer_shows_null = True
    world.create(7)
    client.update(overlay(writable(client.customer(7)), {"city": "Aarhus"}), 7, "k")

    assert client.customer(7).text("city") == "Aarhus"


def test_the_fallback_keeps_what_it_read(world: World, client: Client) -> None:
    world.create(7, website="example.com", mobilePhone="12345678")
    before = client.legacy_customer(7)
    replaced = client.replace(7, overlay(writable(before), {"city": "Aarhus"}), "k")

    assert not replaced.created
    assert writable(client.legacy_customer(7)) == overlay(writable(before), {"city": "Aarhus"})


def test_the_fallback_tells_that_it_created(world: World, client: Client) -> None:
    world.create(7)
    body = writable(client.legacy_customer(7))
    world.agreement.delete(7)

    assert client.replace(7, body, "k").created


@pytest.mark.parametrize("service", ["legacy", "openapi"])
def test_every_text_survives_at_its_limit(world: World, client: Client, service: Service) -> None:
    world.create(7)
    read = client.legacy_customer if service == "legacy" else client.customer
    free = [path for path in TEXTS[service] if path not in CHECKED and not path.endswith("Recipient")]
    wanted = {path: "ø" * TEXTS[service][path][1] for path in free} | {"address": f"{'a' * 255}\n{'b' * 254}"}
    body = overlay(writable(read(7)), wanted)
    assert faults_in(body, service) == ()
    if service == "legacy":
        client.replace(7, body, "k")
    else:
        client.update(body, 7, "k")

    assert {path: read(7).text(path) for path in wanted} == wanted


@pytest.mark.parametrize("path", [path for path in REQUIRED["legacy"] if path != "name"])
def test_what_we_call_required_they_require(client: Client, path: str) -> None:
    body = overlay(new_body(NEW, 7), {path: ""})

    with pytest.raises(errors.Refused) as caught:
        client.transport.request("POST", "/customers", service="legacy", json=body, key="k")

    assert path.split(".")[0] in str(caught.value.fields)


def test_a_deleted_customer_is_gone(world: World, client: Client) -> None:
    world.create(7)
    client.delete(7, "k")

    assert not client.exists(7)
    with pytest.raises(errors.Missing):
        client.customer(7)


def test_a_repeated_deletion_under_its_key_is_a_replay(world: World, client: Client) -> None:
    world.create(7)

    assert (client.delete(7, "k").from_cache, client.delete(7, "k").from_cache) == (False, True)


def test_a_second_deletion_finds_nothing(world: World, client: Client) -> None:
    world.create(7)
    client.delete(7, "k1")

    with pytest.raises(errors.Missing):
        client.delete(7, "k2")


def test_pages_hold_every_customer_once_in_order(world: World, client: Client) -> None:
    for number in (3, 1, 999_999_999, 20, 5):
        world.agreement.add_customer(customerNumber=number, name="x")
    pages = list(client.customers(page_size=2))

    assert [customer.number for page in pages for customer in page.customers] == [1, 3, 5, 20, 999_999_999]
    assert [page.total for page in pages] == [5, 3, 1]


def test_pages_neither_miss_nor_double_while_customers_come_and_go(world: World, client: Client) -> None:
    for number in range(10, 20):
        world.agreement.add_customer(customerNumber=number, name="x")
    seen: list[int] = []
    for page in client.customers(page_size=3):
        seen += [customer.number for customer in page.customers]
        if seen[-1] == 12:
            world.agreement.delete(10)
            world.agreement.add_customer(customerNumber=1, name="x")
            world.agreement.delete(15)
            world.agreement.add_customer(customerNumber=30, name="x")

    assert seen == [10, 11, 12, 13, 14, 16, 17, 18, 19, 30]


def test_a_reading_is_taken_up_where_it_stopped(world: World, client: Client) -> None:
    for number in range(1, 6):
        world.agreement.add_customer(customerNumber=number, name="x")

    assert [customer.number for page in client.customers(after=3) for customer in page.customers] == [4, 5]


def test_changes_are_found_from_their_second_on(world: World, client: Client) -> None:
    world.create(1)
    world.sandbox.now = lambda: datetime(2026, 8, 1, 12, 5, tzinfo=UTC)
    world.create(2)

    found = list(client.customers(changed_since="2026-08-01T12:05:00Z"))
    assert [customer.number for page in found for customer in page.customers] == [2]


def test_numbers_are_looked_up(world: World, client: Client) -> None:
    for number in (5, 300, 450):
        world.agreement.add_customer(customerNumber=number, name="x")

    assert client.taken(range(1, 451)) == {5, 300, 450}
    assert (client.highest_number(), client.count()) == (450, 3)


def test_an_empty_register_has_no_highest_number(client: Client) -> None:
    assert (client.highest_number(), client.count(), client.taken([1])) == (0, 0, set())


def test_a_revoked_grant_answers_401(world: World, client: Client) -> None:
    world.agreement.revoke(world.grant)

    for call in (client.agreement, client.count, lambda: client.customer(1)):
        with pytest.raises(errors.GrantWithdrawn):
            call()


def test_a_wrong_secret_is_a_withdrawn_grant(world: World) -> None:
    with pytest.raises(errors.GrantWithdrawn):
        world.with_token(world.grant, secret="wrong").agreement()


def test_the_shared_demo_is_read_only(world: World) -> None:
    with pytest.raises((errors.Forbidden, errors.GrantWithdrawn)):
        world.with_token("demo", secret="demo").create(new_body(NEW, 7), "k")


def test_an_agreement_without_the_newer_service_is_told(world: World, client: Client) -> None:
    world.create(7)
    world.agreement.customersapi_enabled = False

    with pytest.raises(errors.Forbidden) as caught:
        client.customer(7)

    assert caught.value.code == "AccessDeniedAgreementMissingModules"


def test_every_answer_tells_the_budget(world: World, client: Client) -> None:
    client.agreement()

    assert [(budget.limit, budget.window, budget.cost) for budget in world.told] == [(10_000, 60.0, 3)]


def test_a_spent_budget_is_waited_for_by_the_caller(world: World, client: Client) -> None:
    world.sandbox.switches.update(budget=3, call_cost=3, budget_seconds=60.0)
    client.count()
    with pytest.raises(errors.RateLimited) as caught:
        client.count()

    assert caught.value.wait is None or caught.value.wait > 0


FAULTS: dict[str, type[errors.EconomicError]] = {
    "429": errors.RateLimited,
    "401": errors.GrantWithdrawn,
    "403": errors.Forbidden,
    "404-html": errors.Garbled,
    "500-before": errors.ServerFault,
    "500-after": errors.ServerFault,
    "503-before": errors.ServerFault,
    "cut-connect": errors.Unreachable,
    "cut-before": errors.Unreachable,
    "cut-after": errors.Unreachable,
    "timeout-before": errors.Unreachable,
    "timeout-after": errors.Unreachable,
    "truncated": errors.Garbled,
    "not-json": errors.Garbled,
    "html": errors.Garbled,
    "empty": errors.Garbled,
    "wrong-type": errors.Garbled,
    "bad-gzip": errors.Garbled,
    "redirect": errors.Garbled,
    "huge": errors.Garbled,
}
CLEAR = {"429", "401", "403", "cut-connect"}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_at_a_creation_is_classed(world: World, client: Client, kind: str) -> None:
    world.sandbox.faults.next(method="POST", kind=kind, size=3_000_000)
    with pytest.raises(FAULTS[kind]) as caught:
        client.create(new_body(NEW, 7), "k")

    assert type(caught.value) is FAULTS[kind]
    assert caught.value.unclear == (kind not in CLEAR)


def test_a_creation_that_finds_no_address_has_made_nobody(world: World, client: Client) -> None:
    world.sandbox.faults.next(method="POST", kind="404")
    with pytest.raises(errors.Missing):
        client.create(new_body(NEW, 7), "k")

    assert client.count() == 0


@pytest.mark.parametrize("kind", sorted(FAULTS.keys() - {"401"}))
def test_after_any_fault_the_same_key_settles_it(world: World, client: Client, kind: str) -> None:
    world.sandbox.faults.next(method="POST", kind=kind, size=3_000_000)
    with pytest.raises(errors.EconomicError):
        client.create(new_body(NEW, 7), "k")

    assert client.create(new_body(NEW, 7), "k").customer.number == 7
    assert client.count() == 1


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_while_looking_is_never_absence(world: World, client: Client, kind: str) -> None:
    world.create(7)
    world.sandbox.faults.always(method="GET", kind=kind, size=3_000_000)

    with pytest.raises(FAULTS[kind]):
        client.exists(7)


@pytest.mark.parametrize("kind", ["429", "500-before", "503-before", "cut-connect"])
def test_a_passing_fault_of_a_reading_is_got_over(world: World, client: Client, kind: str) -> None:
    world.sandbox.faults.next(method="GET", kind=kind)

    assert client.count() == 0


@pytest.mark.parametrize("call", [Client.units, Client.count, Client.agreement])
def test_packed_answers_are_read(world: World, client: Client, call: Callable[[Client], Any]) -> None:
    plain = call(client)
    world.sandbox.faults.next(kind="gzip")

    assert call(client) == plain


def test_a_link_to_another_host_is_not_followed(world: World, client: Client) -> None:
    world.sandbox.faults.always(kind="foreign-next")
    for number in range(1, 4):
        world.agreement.add_customer(customerNumber=number, name="x")

    assert len(list(client.customers(page_size=1))) == 3
