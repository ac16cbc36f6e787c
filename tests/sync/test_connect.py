"""Connecting, letting go and coming back: states, other agreements, secrets at rest."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sync.world import AGREEMENT, World
from webapp import db, vault
from webapp.economic.errors import EconomicError, RateLimited
from webapp.models.company import Company
from webapp.models.connection import AccessGrant, Connection
from webapp.models.customer import Customer
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.user import User
from webapp.sync import connect, pairings, register, resting, sweep
from webapp.sync.connect import NotConnected, OtherAgreement

OTHER = 1482377


def visit(world: World, by: User | None = None) -> str:
    """Begin; the state that rides along in the address."""
    states: list[str] = []
    address = connect.begin(by or world.alice, world.worker.endpoints, lambda s: states.append(s) or f"http://x/{s}")
    assert parse_qs(urlsplit(address).query)["redirectUrl"] == [f"http://x/{states[0]}"]
    return states[0]


def come_back(world: World, state: str, by: User | None = None, **args: str) -> Connection | OtherAgreement:
    args = args or {"token": world.economic.grant("demo-app-public")}
    return connect.finish(by or world.alice, state, args, world.worker.endpoints)


def granted(world: World) -> Connection | OtherAgreement:
    return come_back(world, visit(world))


def other_agreement(world: World) -> OtherAgreement:
    """A grant to another agreement than the connected one."""
    world.economic = world.sandbox.add_agreement(OTHER, "Fjordglans Erhverv ApS")
    found = granted(world)
    assert isinstance(found, OtherAgreement)
    return found


def rows_of(connection: Connection) -> list[Any]:
    """Every row of the connection, and of itself."""
    tables = (Mirror, Pairing, Place, Lane)
    return [list(t.select().where(t.connection == connection).order_by(t.id).dicts()) for t in tables]


def test_a_grant_opens_a_connection_and_names_its_agreement(world: World) -> None:
    opened = granted(world)
    assert isinstance(opened, Connection)
    assert (opened.agreement_number, opened.agreement_name) == (AGREEMENT, "Fjordglans Rengøring ApS")
    assert (opened.state, opened.is_active) == ("open", False)


@pytest.mark.parametrize("state", ["", "guessed", "x" * 5000])
def test_a_wrong_state_opens_nothing(world: World, state: str) -> None:
    visit(world)
    with pytest.raises(NotConnected, match="wrong_state"):
        come_back(world, state)
    assert Connection.select().count() == 0


def test_a_state_is_used_once(world: World) -> None:
    state = visit(world)
    come_back(world, state)
    with pytest.raises(NotConnected, match="used_state"):
        come_back(world, state)


def test_a_state_of_half_an_hour_ago_is_too_old(world: World) -> None:
    state = visit(world)
    world.clock.time += timedelta(minutes=connect.VISIT_MINUTES, seconds=1)
    with pytest.raises(NotConnected, match="old_state"):
        come_back(world, state)


@pytest.mark.parametrize("same_company", [True, False])
def test_another_users_state_opens_nothing_and_stays_theirs(world: World, same_company: bool) -> None:
    company = world.company if same_company else Company.create(name="Andre")
    charlie = User.create(company=company, email="c@x.dk", name="Charlie")
    state = visit(world)
    with pytest.raises(NotConnected, match="wrong_state"):
        come_back(world, state, charlie)
    assert isinstance(come_back(world, state), Connection)


@pytest.mark.parametrize("args", [{"error": "access_denied"}, {"locale": "da-DK"}, {"token": ""}, {"token": "a b"}])
def test_a_no_at_economic_opens_nothing(world: World, args: dict[str, str]) -> None:
    with pytest.raises(NotConnected, match="declined"):
        come_back(world, visit(world), **args)
    assert Connection.select().count() == 0 and AccessGrant.get().grant_token == ""


def test_a_grant_that_opens_nothing_is_told_and_not_stored(world: World) -> None:
    with pytest.raises(EconomicError):
        come_back(world, visit(world), token="made-up")
    assert Connection.select().count() == 0 and AccessGrant.get().grant_token == ""


def test_the_grant_is_nowhere_readable_at_rest(world: World, database: str) -> None:
    token = world.economic.grant("demo-app-public")
    opened = come_back(world, visit(world), token=token)
    webhook = connect.new_webhook(opened)  # type: ignore[arg-type]
    kept = stored_text(database)
    assert "Fjordglans" in kept
    assert token not in kept and webhook not in kept
    assert connect.webhook_token(world.fresh(opened)) == webhook


def stored_text(database: str) -> str:
    """Everything the database keeps, as it keeps it."""
    if database.startswith("sqlite"):
        db.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(database.removeprefix("sqlite:///")).read_bytes().decode("utf-8", "replace")
    tables = db.database.get_tables()
    return "".join(str(db.database.execute_sql(f'SELECT * FROM "{name}"').fetchall()) for name in tables)


def test_a_grant_copied_to_another_companys_row_does_not_open(world: World) -> None:
    opened = granted(world)
    other = Company.create(name="Andre")
    stolen = Connection.create(
        company=other, agreement_number=AGREEMENT, agreement_name="x", grant_token=opened.grant_token
    )  # type: ignore[union-attr]
    with pytest.raises(vault.Unreadable):
        connect.client(stolen, world.worker.endpoints)


def test_another_agreement_waits_for_a_yes(connected: World) -> None:
    before = connected.connection
    found = other_agreement(connected)
    assert found.before.id == before.id and found.grant.agreement_number == OTHER
    assert Connection.select().count() == 1 and connected.connection.state == "open"


def test_a_yes_opens_a_connection_of_its_own_and_leaves_the_old_rows(connected: World) -> None:
    connected.pair_same()
    old = connected.connection
    before = rows_of(old)
    opened = connect.confirm(connected.alice, other_agreement(connected).grant.id)
    assert (opened.agreement_number, opened.state, opened.is_active) == (OTHER, "open", False)
    assert opened.id != old.id and rows_of(old) == before
    assert (connected.connection.state, connected.connection.grant_token) == ("closed", "")


def test_a_no_forgets_the_other_grant(connected: World) -> None:
    found = other_agreement(connected)
    connect.decline(connected.alice, found.grant.id)
    assert connected.fresh(found.grant).grant_token == ""
    with pytest.raises(NotConnected, match="wrong_state"):
        connect.confirm(connected.alice, found.grant.id)


def test_only_who_brought_the_grant_may_say_yes(connected: World) -> None:
    found = other_agreement(connected)
    colleague = User.create(company=connected.company, email="b@x.dk", name="Bob")
    with pytest.raises(NotConnected, match="wrong_state"):
        connect.confirm(colleague, found.grant.id)
    connect.decline(colleague, found.grant.id)
    assert connect.confirm(connected.alice, found.grant.id).agreement_number == OTHER


def test_a_yes_counts_once(connected: World) -> None:
    found = other_agreement(connected)
    connect.confirm(connected.alice, found.grant.id)
    with pytest.raises(NotConnected, match="wrong_state"):
        connect.confirm(connected.alice, found.grant.id)


def let_go(world: World) -> None:
    with db.write():
        connect.close(world.connection, world.alice)


def test_disconnecting_keeps_the_rows_and_forgets_grant_and_webhook(connected: World) -> None:
    connected.pair_same()
    connect.new_webhook(connected.connection)
    before = rows_of(connected.connection)
    let_go(connected)
    closed = connected.connection
    assert (closed.state, closed.grant_token, closed.webhook_hash, closed.webhook_token) == ("closed", "", None, "")
    assert closed.closed_by_id == connected.alice.id and rows_of(closed) == before


def test_a_new_webhook_address_stops_the_old_one(connected: World) -> None:
    old, new = (connect.new_webhook(connected.connection) for _ in range(2))
    assert Connection.with_webhook(old) is None
    assert Connection.with_webhook(new).id == connected.connection.id
    let_go(connected)
    assert Connection.with_webhook(new) is None


def test_nothing_is_called_after_disconnecting(connected: World) -> None:
    pair = connected.pair_same()
    connected.save(pair.customer, city="Odense")
    let_go(connected)
    calls = connected.sandbox.budgets.calls
    connected.clock.sleep(100_000)
    connected.worker.round()
    assert connected.sandbox.budgets.calls == calls


def test_the_same_agreement_is_taken_up_again_where_it_was_left(connected: World) -> None:
    pair = connected.pair_same()
    let_go(connected)
    opened = granted(connected)
    connected.drain()
    assert opened.id == connected.connection.id and connected.connection.is_active
    connected.save(pair.customer, city="Odense")
    connected.drain()
    assert connected.stored(1042)["city"] == "Odense"


def test_what_happened_here_while_disconnected_is_caught_up_with(connected: World) -> None:
    edited, deleted = connected.pair_same(), connected.pair_same(1043, "Skovbryn Friskole")
    let_go(connected)
    added = connected.ours(7, "Kommet til imens")
    connected.save(edited.customer, city="Odense")
    register.remove(connected.company, deleted.customer_id, connected.alice)
    granted(connected)
    connected.drain()
    assert connected.place(customer=added).section == "new"
    assert connected.stored(1042)["city"] == "Odense"
    assert connected.place(customer=deleted.customer).state == "ours_gone"


def test_what_happened_there_while_disconnected_is_caught_up_with(connected: World) -> None:
    edited, deleted = connected.pair_same(), connected.pair_same(1043, "Skovbryn Friskole")
    let_go(connected)
    connected.economic.edit(1042, city="Svendborg")
    connected.economic.delete(1043)
    connected.theirs(1044, "Kommet til imens")
    granted(connected)
    connected.drain()
    assert connected.fresh(edited.customer).city == "Svendborg"
    assert connected.place(customer=deleted.customer).state == "theirs_gone"
    assert connected.place(mirror=connected.mirror(1044)).section == "new"


def test_a_first_fetch_broken_off_by_disconnecting_begins_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "PAGE_SIZE", 3)
    for number in range(1, 6):
        world.theirs(number, f"Kunde {number}")
    opened = granted(world)
    world._connection_id = opened.id  # type: ignore[union-attr]
    connect.activate(world.connection, world.alice)
    world.worker.turns(world.connection, 2)
    let_go(world)
    added = world.ours(7, "Kommet til imens")
    granted(world)
    world.drain()
    assert Mirror.of(world.connection).count() == 5
    assert world.place(customer=added).section == "new"


def test_a_connection_that_never_was_activated_stays_so(world: World) -> None:
    world._connection_id = granted(world).id  # type: ignore[union-attr]
    let_go(world)
    granted(world)
    world.drain()
    assert not world.connection.is_active and Place.select().count() == 0


def test_a_new_grant_ends_a_pause(connected: World) -> None:
    connected.connection.pause("grant_withdrawn")
    granted(connected)
    assert (connected.connection.state, connected.connection.state_reason) == ("open", "")


def test_a_new_grant_does_not_end_what_a_person_put_on_hold(connected: World) -> None:
    resting.pause(connected.connection, connected.alice)
    granted(connected)
    assert resting.is_by_person(connected.connection)


def test_a_new_grant_tries_the_newer_service_again(connected: World) -> None:
    Connection.update(customersapi=False).execute()
    granted(connected)
    assert connected.connection.customersapi


def test_choosing_no_source_keeps_pairs_and_choosing_it_again_resumes(connected: World) -> None:
    pair = connected.pair_same()
    connect.deactivate(connected.connection)
    added = connected.ours(7, "Kommet til imens")
    connected.save(pair.customer, city="Odense")
    connect.activate(connected.connection, connected.alice)
    connected.drain()
    assert connected.stored(1042)["city"] == "Odense"
    assert connected.place(customer=added).section == "new"
    assert Customer.select().count() == 2


def test_e_conomic_is_not_asked_about_a_new_grant_before_its_own_time_is_over(connected: World) -> None:
    connected.connection.rest(90)
    state, calls = visit(connected), connected.sandbox.budgets.calls
    with pytest.raises(NotConnected, match="rate_limited"):
        come_back(connected, state)
    assert connected.sandbox.budgets.calls == calls
    connected.clock.sleep(91)
    assert isinstance(come_back(connected, state), Connection)


def test_what_e_conomic_asks_of_who_comes_with_a_grant_holds_for_all_calls(connected: World) -> None:
    connected.sandbox.faults.always(kind="429", path="/self", retry_after=90)
    with pytest.raises(RateLimited):
        granted(connected)
    assert connect.wait(connected.company) == 90


def test_a_rest_noted_by_a_clock_far_ahead_keeps_nobody_from_coming_back(connected: World) -> None:
    connected.connection.rest(90)
    connected.clock.time -= timedelta(days=2)
    assert isinstance(granted(connected), Connection)


def refused_creation(world: World) -> Pairing:
    """A creation that e-conomic would not take, on which nothing is synchronised any more."""
    ours = world.ours(1, "Kunde", city="x" * 51)
    made = pairings.create_there(world.connection, ours.id, 1, world.alice)
    world.drain()
    connect.deactivate(world.connection)
    return made


def test_a_refused_creation_mended_while_nothing_was_synchronised_is_tried_again(connected: World) -> None:
    made = refused_creation(connected)
    connected.save(made.customer, city="Odense")
    connect.activate(connected.connection, connected.alice)
    connected.drain()
    assert (connected.fresh(made).state, 1 in connected.economic.customers) == ("open", True)


def test_a_refused_creation_deleted_here_while_nothing_was_synchronised_ends(connected: World) -> None:
    made = refused_creation(connected)
    register.remove(connected.company, made.customer_id, connected.alice)
    connect.activate(connected.connection, connected.alice)
    connected.drain()
    connected.check_books()
    assert (connected.fresh(made).state, 1 in connected.economic.customers) == ("closed", False)


def disconnect(connection: Connection) -> None:
    with db.write():
        connect.close(connection, connection.opened_by)


@pytest.mark.parametrize("let_go", [connect.deactivate, disconnect])
def test_a_pair_whose_second_side_went_while_nothing_was_synchronised_ends(
    connected: World, let_go: Callable[[Connection], None]
) -> None:
    pair = connected.pair_same()
    connected.economic.delete(1042)
    connected.webhook(1042, None)
    let_go(connected.connection)
    register.remove(connected.company, pair.customer_id, connected.alice)
    granted(connected)
    if not connected.connection.is_active:
        connect.activate(connected.connection, connected.alice)
    connected.drain()
    assert connected.fresh(pair).state == "closed"
    assert not Place.select().exists()
