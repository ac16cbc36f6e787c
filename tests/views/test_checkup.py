"""Sundhedstjek: what it shows, what is mended in place, and the lists to take away."""

import pytest

from tests.people import PIECE, Browser, World, connect, enter, pair
from webapp import ports
from webapp.models import lane
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.sync import checking, register

PAGE = "/checkup"


@pytest.fixture
def odd(world: World) -> Customer:
    """A customer of Alice's with a wrong CVR number."""
    return register.add(world.alice.company, 1003, {"name": "Skæv ApS", "cvr": "12345678"}, world.alice)


def typed(customer: Customer, value: str, shown: str = "12345678") -> dict[str, str]:
    return {"cause": "cvr", f"value-cvr-{customer.id}": value, f"shown-cvr-{customer.id}": shown}


def test_it_says_how_ready_the_registers_are(alice: Browser, odd: Customer) -> None:
    causes = alice.page(PAGE).one("nav", aria_label="Årsager")
    assert "CVR-nr. med forkert kontrolciffer 1 kunde" in " ".join(causes.text.split())


def test_a_customer_that_lacks_several_fields_is_counted_once(alice: Browser, world: World) -> None:
    causes = " ".join(alice.page(PAGE).one("nav", aria_label="Årsager").text.split())
    assert "Mangler noget, e-conomic kræver 2 kunder" in causes


def test_a_cause_lists_its_customers_with_the_value_in_a_field(alice: Browser, odd: Customer) -> None:
    assert alice.page(f"{PAGE}?cause=cvr").field(f"value-cvr-{odd.id}") == "12345678"


def test_what_is_typed_there_is_saved_with_a_history(alice: Browser, odd: Customer) -> None:
    answer = alice.post(PAGE, typed(odd, "10150817"))
    assert (answer.status_code, Customer.get_by_id(odd.id).cvr) == (303, "10150817")
    noted = History.get(History.customer_id == odd.id, History.before == "12345678")
    assert (noted.after, noted.cause) == ("10150817", "person")


def test_a_value_that_cannot_be_saved_comes_back_with_the_reason(alice: Browser, odd: Customer) -> None:
    answer = alice.post(PAGE, typed(odd, "1" * 41))
    assert answer.status_code == 422 and "Højst 40 tegn" in answer.text
    assert Customer.get_by_id(odd.id).cvr == "12345678"


def test_what_somebody_else_mended_meanwhile_is_not_overwritten(alice: Browser, odd: Customer) -> None:
    answer = alice.post(PAGE, typed(odd, "10150817", shown="87654321"))
    assert answer.status_code == 422 and "Nogen har rettet feltet imens" in answer.text
    assert Customer.get_by_id(odd.id).cvr == "12345678"


def test_nothing_typed_changes_nothing(alice: Browser, odd: Customer) -> None:
    alice.post(PAGE, typed(odd, "12345678"))
    assert Customer.get_by_id(odd.id).version == 1


def test_another_companys_customer_cannot_be_mended(charlie: Browser, odd: Customer) -> None:
    answer = charlie.post(PAGE, typed(odd, "10150817"))
    assert answer.status_code == 422 and Customer.get_by_id(odd.id).cvr == "12345678"


def test_another_companys_customers_are_not_shown(charlie: Browser, odd: Customer) -> None:
    assert "Skæv" not in charlie.page(f"{PAGE}?cause=cvr").source


def test_bob_sees_it_and_is_offered_no_field(bob: Browser, odd: Customer) -> None:
    page = bob.page(f"{PAGE}?cause=cvr")
    assert "Skæv ApS" in page.source and not page.all("input", name=f"value-cvr-{odd.id}")


def test_theirs_are_told_and_not_mended_here(alice: Browser, world: World) -> None:
    enter(world.connection, 1004, {"name": "Fjern ApS", "country": "Dannmark"})
    page = alice.page(f"{PAGE}?cause=country")
    assert "Dannmark" in page.source and "Rettes i e-conomic" in page.source and 'href="/sync?q=1004"' in page.source
    assert not [box for box in page.all("input") if box.attrs.get("name", "").startswith("value-")]


def test_a_double_is_told_once_with_a_way_to_both(alice: Browser, world: World) -> None:
    two = [register.add(world.alice.company, n, {"name": "Cafe Sol", "cvr": "10150817"}, world.alice) for n in (7, 8)]
    page = alice.page(f"{PAGE}?cause=double")
    assert "Står to gange i samme system 2 kunder" in " ".join(page.one("nav", aria_label="Årsager").text.split())
    assert len(page.all("tr")) == 2 and all(page.all("a", href=f"/customers/{one.id}") for one in two)


def test_partners_with_the_same_fault_stand_on_one_line_with_one_field(alice: Browser, world: World) -> None:
    customer = register.add(world.alice.company, 9, {"name": "Skæv ApS", "cvr": "12345678"}, world.alice)
    pair(world.connection, customer, enter(world.connection, 9, {"name": "Skæv ApS", "cvr": "12345678"}))
    page = alice.page(f"{PAGE}?cause=cvr")
    assert len(page.all("tr")) == 2 and "CleanManager, e-conomic" in page.source
    assert page.field(f"value-cvr-{customer.id}") == "12345678"


def test_before_the_first_fetch_it_says_that_only_ours_were_seen(charlie: Browser, world: World) -> None:
    connect(world.charlie.company)
    assert "kun CleanManagers kunder" in charlie.page(PAGE).source


def test_without_a_connection_it_leads_to_making_one(charlie: Browser, world: World) -> None:
    page = charlie.page(PAGE)
    assert "Forbind med e-conomic først" in page.source and "/settings/integrations/economic" in page.source


def test_before_the_default_values_are_saved_it_says_why_so_many_lack_something(alice: Browser, world: World) -> None:
    Connection.update(defaults_saved_at=None).execute()
    assert "Standardværdierne for nye kunder er ikke gemt endnu." in alice.page(PAGE).source
    Connection.update(defaults_saved_at=ports.now()).execute()
    assert "er ikke gemt endnu" not in alice.page(PAGE).source


@pytest.mark.parametrize(("kind", "begins"), [("csv", "\ufeffÅrsag;".encode()), ("xlsx", b"PK")])
def test_the_list_is_taken_away_as_a_file(alice: Browser, odd: Customer, kind: str, begins: bytes) -> None:
    answer = alice.get(f"{PAGE}/list.{kind}")
    assert answer.data.startswith(begins)
    assert f".{kind}" in answer.headers["Content-Disposition"]


def test_the_csv_names_cause_system_and_customer(alice: Browser, odd: Customer) -> None:
    lines = alice.get(f"{PAGE}/list.csv").data.decode("utf-8-sig").splitlines()
    assert "CVR-nr. med forkert kontrolciffer;CleanManager;1003;Skæv ApS;CVR-nr.;12345678" in lines


def test_a_long_list_comes_in_pages(alice: Browser, world: World) -> None:
    for number in range(2001, 2104):
        register.add(world.alice.company, number, {"name": f"Kunde {number}", "country": "Dannmark"}, world.alice)
    page = alice.page(f"{PAGE}?cause=country&page=2")
    assert "Side 2 af 2" in page.source and len(page.all("tr")) == 4


def test_a_refused_value_comes_back_on_the_page_it_was_typed_on(alice: Browser, world: World) -> None:
    for number in range(2001, 2104):
        last = register.add(world.alice.company, number, {"name": "Kunde", "country": "Dannmark"}, world.alice)
    form = {"cause": "country", "page": 2, f"value-country-{last.id}": "x" * 51, f"shown-country-{last.id}": "Dannmark"}
    assert "Højst 50 tegn" in alice.post(PAGE, form).text


def test_an_unknown_cause_is_not_found(alice: Browser) -> None:
    assert alice.get(f"{PAGE}?cause=nonsense").status_code == 404


def test_the_sync_window_leads_to_it(alice: Browser, world: World) -> None:
    assert 'href="/checkup"' in alice.page("/sync").source


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch, world: World) -> Connection:
    """Alice's registers are too large to be looked through while a page waits."""
    monkeypatch.setattr(checking, "AT_LEISURE", 0)
    connection = Connection.open_of(world.alice.company)
    assert connection is not None
    Connection.update(activated_at=ports.now()).where(Connection.id == connection.id).execute()
    return Connection.get_by_id(connection.id)


def look_through(connection: Connection) -> None:
    held = Lane.claim("worker", connection, sides=(lane.CHECK,))
    assert held is not None
    checking.step(held, connection)


def test_a_large_register_is_looked_through_by_the_worker_and_then_shown(
    alice: Browser, odd: Customer, large: Connection
) -> None:
    assert "Kunderne ses igennem." in alice.page(PAGE).source
    assert alice.client.get(f"{PAGE}/seen?nothing=1", headers=PIECE).status_code == 204
    look_through(large)
    assert alice.client.get(f"{PAGE}/seen?nothing=1", headers=PIECE).headers["HX-Redirect"] == f"{PAGE}?page=1"
    assert alice.page(PAGE).one("nav", aria_label="Årsager")


def test_an_older_look_is_shown_meanwhile_and_said_to_be_so(alice: Browser, odd: Customer, large: Connection) -> None:
    alice.page(PAGE)
    look_through(large)
    alice.post(PAGE, typed(odd, "10150817"))
    assert "ses igennem på ny" in alice.page(f"{PAGE}?cause=cvr").one("p", id="seen").text
    look_through(large)
    assert "set igennem på ny – vis" in alice.client.get(f"{PAGE}/seen?cause=cvr", headers=PIECE).text
    assert "cause=cvr" not in alice.page(PAGE).source


def test_the_worker_is_not_waited_for_while_everything_rests(alice: Browser, odd: Customer, large: Connection) -> None:
    large.pause("person")
    assert alice.page(PAGE).one("nav", aria_label="Årsager")


def test_asked_whether_it_is_seen_without_script_one_comes_to_the_page(alice: Browser) -> None:
    assert alice.get(f"{PAGE}/seen?cause=cvr").location == f"{PAGE}?cause=cvr&page=1"
