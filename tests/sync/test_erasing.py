"""Erasing one customer: nothing of its values is left in any column of any table, and it never comes back by itself."""

from typing import Any

import pytest

from tests.models import tables
from tests.sync.world import World
from webapp import db
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.erasure import Erasure
from webapp.models.exclusion import Exclusion
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.pairing import Pairing
from webapp.models.run import LOAD, Run, RunItem
from webapp.models.upload import Upload
from webapp.sync import checking, checkup, connect, erasing, making, pairings, runs, runs_undo
from webapp.sync.erasing import Hindered
from webapp.sync.runs_plan import Line, Selection

TOKEN = "Zyxwvu"
VALUES = {
    "name": f"{TOKEN} Navn", "cvr": "99000015", "email": f"{TOKEN}@x.dk", "address": f"{TOKEN}vej 1",
    "phone": "77665544", "ean": "5790000000005", "postcode": f"{TOKEN}1",
}  # fmt: skip


EVERY_ROOM = {
    "customer", "mirror", "pairing", "place", "history", "run_item", "attempt", "confirmation", "checked_page",
    "upload",
}  # fmt: skip


def left(*tokens: str) -> set[str]:
    """Every column of every table, those of the search index too, in which one of these still stands."""
    found = set()
    for table in db.database.get_tables():
        for row in db.database.execute_sql(f'SELECT * FROM "{table}"').fetchall():
            told = zip([one.name for one in db.database.get_columns(table)], row, strict=False)
            found |= {f"{table}.{name}" for name, value in told if any(token in _text(value) for token in tokens)}
    return found


def _text(value: Any) -> str:
    raw = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
    return raw + raw.replace("\\u00", "")


def everywhere() -> set[str]:
    return left(TOKEN, TOKEN.lower(), VALUES["cvr"], VALUES["phone"], VALUES["ean"])


def lived(world: World) -> Pairing:
    """A customer that has been in every kind of row: made there in a run, changed, asked about, suggested, loaded."""
    customer = world.ours(1042, **VALUES)
    world.drain()
    run = runs.plan(world.connection, "create_theirs", world.alice)
    runs.start(run, world.alice)
    world.drain()
    pair = Pairing.of_customer(customer)
    world.economic.edit(1042, telephoneAndFaxNumber="12121212", website=f"{TOKEN}.dk")
    world.save(customer, phone="13131313")
    world.drain()
    pairings.answer(world.connection, pair.id, {"phone": "ours"}, seen(pair), world.alice)
    world.save(customer, ean="", city=f"{TOKEN}by")
    world.drain()
    pairings.answer(world.connection, pair.id, {"ean": "ours"}, seen(pair), world.alice)
    world.drain()
    load(world, f"{TOKEN} Navn", customer.number)
    checking.check(world.company, world.connection)
    return Pairing.get_by_id(pair.id)


def seen(pair: Pairing) -> pairings.Versions:
    pair = Pairing.get_by_id(pair.id)
    return pairings.Versions(pair.customer.version, pair.mirror.version, pair.version)


def load(world: World, name: str, number: int) -> Run:
    """A file with this customer in it, once under its number and once under another."""
    Upload.keep(world.company, "x.csv", f"Navn\n{name}\n".encode(), world.alice)
    lines = (Line("x.csv", 2, str(number), {"name": name, "city": "Ry"}), Line("x.csv", 3, "9", {"name": name}))
    run = runs.plan(Connection.of_files(world.company), "load", world.alice, Selection(lines=lines))
    runs.start(run, world.alice)
    world.drain()
    return run


def gone_there(world: World, number: int) -> None:
    world.economic.delete(number)
    world.look(number)


@pytest.mark.parametrize("first", ["there", "here"])
def test_no_column_of_any_table_holds_anything_of_it(connected: World, first: str) -> None:
    pair = lived(connected)
    rooms = {column.partition(".")[0] for column in everywhere()}
    assert rooms >= EVERY_ROOM, EVERY_ROOM - rooms
    if first == "there":
        gone_there(connected, 1042)
    erasing.erase(connected.company, pair.customer_id, connected.alice)
    if first == "here":
        gone_there(connected, 1042)
    connected.drain()
    assert everywhere() == set()


def test_while_it_stands_in_economic_only_the_copy_of_theirs_is_left(connected: World) -> None:
    pair = lived(connected)
    erasing.erase(connected.company, pair.customer_id, connected.alice)
    connected.drain()
    assert {column.partition(".")[0] for column in everywhere()} - {"place_search"} == {"mirror", "place"}
    assert connected.stored(1042)["name"] == VALUES["name"]


def test_nobody_copies_it_back_by_creating_all(connected: World) -> None:
    pair = lived(connected)
    erasing.erase(connected.company, pair.customer_id, connected.alice)
    connected.compare()
    assert Exclusion.get(Exclusion.mirror == pair.mirror_id).reason == "erased"
    assert not RunItem.of(runs.plan(connected.connection, "create_ours", connected.alice)).count()


def test_counts_times_and_who_did_it_stay(connected: World) -> None:
    pair = lived(connected)
    before = [(one.id, one.at, one.by_id, one.field) for one in History.select().order_by(History.id)]
    items = RunItem.select().count()
    erasing.erase(connected.company, pair.customer_id, connected.alice)
    after = [(one.id, one.at, one.by_id, one.field) for one in History.select().order_by(History.id)]
    assert after[: len(before)] == before and RunItem.select().count() == items
    assert Erasure.get().by == connected.alice and Customer.get_by_id(pair.customer_id).number == 1042


def test_a_run_that_is_taken_back_afterwards_leaves_it_out_and_says_why(connected: World) -> None:
    pair = lived(connected)
    run = Run.get(Run.kind == "create_theirs")
    erasing.erase(connected.company, pair.customer_id, connected.alice)
    assert [item.reason for item in RunItem.of(runs_undo.plan(run, connected.alice))] == ["erased"]


def test_a_plan_that_was_made_before_does_not_take_it_along(connected: World) -> None:
    customer = connected.ours(1042, **VALUES)
    run = runs.plan(connected.connection, "create_theirs", connected.alice)
    erasing.erase(connected.company, customer.id, connected.alice)
    with pytest.raises(runs.NotApplied, match="empty"):
        runs.start(run, connected.alice)


@pytest.mark.parametrize("why", ["creating", "deleting", "sending", "asked", "running"])
def test_what_is_under_way_comes_to_its_end_first(connected: World, why: str) -> None:
    pair = connected.pair_same(1042, telephoneAndFaxNumber="66100014")
    customer = pair.customer
    match why:
        case "creating":
            customer = connected.ours(7, "Ny")
            pairings.create_there(connected.connection, customer.id, 7, connected.alice)
        case "deleting":
            Pairing.update(deleting=True).execute()
        case "sending":
            connected.save(customer, city="Ry")
        case "asked":
            connected.economic.edit(1042, telephoneAndFaxNumber="66100041")
            connected.save(customer, phone="66100020")
            connected.drain()
        case "running":
            run = runs.plan(connected.connection, "delete", connected.alice, Selection(pairings=(pair.id,)))
            runs.start(run, connected.alice, confirmed=["delete"])
    with pytest.raises(Hindered, match=why):
        erasing.erase(connected.company, customer.id, connected.alice)
    assert not Erasure.select().count() and Customer.get_by_id(customer.id).name


def test_a_file_under_way_leaves_out_the_line_that_names_it_and_goes_on(connected: World) -> None:
    customer = connected.ours(1042, **VALUES)
    lines = (Line("x.csv", 2, "9", {"name": f"{TOKEN} Navn"}), Line("x.csv", 3, "10", {"name": "Ry Bageri"}))
    run = runs.plan(Connection.of_files(connected.company), "load", connected.alice, Selection(lines=lines))
    runs.start(run, connected.alice, also=[item.id for item in RunItem.of(run, "held")])
    assert RunItem.of(run, "waiting").count() == 2
    erasing.erase(connected.company, customer.id, connected.alice)
    connected.drain()
    assert connected.fresh(run).state == "done" and [one.number for one in Customer.of(connected.company)] == [10]


def test_what_a_connection_that_was_closed_had_begun_hinders_nobody_for_ever(connected: World) -> None:
    customer = connected.ours(1042, **VALUES)
    run = runs.start(runs.plan(connected.connection, "create_theirs", connected.alice), connected.alice)
    runs.step(Lane.claim("worker-1", connected.connection, sides=("run",)), connected.connection)
    with db.write():
        connect.close(connected.connection, connected.alice)
    runs.stop(run)
    assert RunItem.get().state == "begun"
    erasing.erase(connected.company, customer.id, connected.alice)
    assert everywhere() == set()


def test_a_question_that_nobody_can_answer_now_hinders_nobody(connected: World) -> None:
    pair = connected.pair_same(1042, telephoneAndFaxNumber="66100014")
    connected.economic.edit(1042, telephoneAndFaxNumber="66100041")
    connected.save(pair.customer, phone="66100020")
    connected.drain()
    connect.deactivate(connected.connection)
    erasing.erase(connected.company, pair.customer_id, connected.alice)
    assert Erasure.select().count() == 1


@pytest.mark.parametrize("how", ["switched off", "disconnected"])
def test_nothing_is_left_of_who_stood_in_a_window_that_is_shut(connected: World, how: str) -> None:
    customer = connected.ours(1042, **VALUES)
    with db.write():
        if how == "switched off":
            connect.deactivate(connected.connection)
        else:
            connect.close(connected.connection, connected.alice)
    erasing.erase(connected.company, customer.id, connected.alice)
    assert everywhere() == set()


def test_another_customer_keeps_all_that_is_its_own(connected: World) -> None:
    other = connected.pair_same(7, "Havnens Tandklinik", telephoneAndFaxNumber="66100014")
    rows = snapshot(other)
    erasing.erase(connected.company, lived(connected).customer_id, connected.alice)
    assert snapshot(other) == rows


def snapshot(pair: Pairing) -> list[Any]:
    own = (History.customer_id == pair.customer_id) | (History.mirror_id == pair.mirror_id)
    fresh = Pairing.get_by_id(pair.id)
    lines = [(one.field, one.before, one.after) for one in History.select().where(own).order_by(History.id)]
    return [fresh.customer.values, fresh.mirror.values, fresh.base, lines]


def test_the_walk_looks_into_every_table(connected: World) -> None:
    assert set(tables.names()) <= set(db.database.get_tables())


def test_nothing_is_left_of_what_it_was_called_before(connected: World) -> None:
    customer = connected.ours(1042, f"{TOKEN} Rengøring")
    load(connected, f"{TOKEN} Rengøring", 1042)
    connected.save(customer, name="Havnens Rengøring")
    connected.drain()
    erasing.erase(connected.company, customer.id, connected.alice)
    assert everywhere() == set()


def test_nor_what_the_health_check_found_of_its_partner_in_between(connected: World) -> None:
    pair = lived(connected)
    erasing.erase(connected.company, pair.customer_id, connected.alice)
    checking.check(connected.company, connected.connection)
    gone_there(connected, 1042)
    connected.drain()
    assert everywhere() == set()


def test_nor_what_a_health_check_finds_that_had_read_it_before(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, examine = lived(connected), checkup.examine
    connected.ours(9, "Ny Kunde ApS")

    def meanwhile(rows: Any, filled: Any) -> checkup.Report:
        monkeypatch.setattr(checkup, "examine", examine)
        erasing.erase(connected.company, pair.customer_id, connected.alice)
        gone_there(connected, 1042)
        connected.drain()
        return examine(rows, filled)

    monkeypatch.setattr(checkup, "examine", meanwhile)
    checking.check(connected.company, connected.connection)
    assert everywhere() == set()


def test_a_line_of_somebody_else_whose_address_holds_the_name_stays(connected: World) -> None:
    customer = connected.ours(1042, "Jensen")
    line = Line("kunder.csv", 2, None, {"name": "Hansen", "address": "Jensensvej 12"})
    run = runs.start(runs.plan(connected.connection, LOAD, connected.alice, Selection(lines=(line,))), connected.alice)
    erasing.erase(connected.company, customer.id, connected.alice)
    connected.drain()
    assert connected.fresh(run).done == 1


def test_a_plan_that_the_worker_made_of_lines_tells_nothing_of_them_itself(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "AT_LEISURE", 0)
    customer = connected.ours(1042, f"{TOKEN} Rengøring")
    line = Line("kunder.csv", 2, "1042", {"name": f"{TOKEN} Rengøring", "city": "Odense"})
    run = runs.plan(connected.connection, LOAD, connected.alice, Selection(lines=(line,)))
    connected.drain()
    runs.start(connected.fresh(run), connected.alice)
    connected.drain()
    erasing.erase(connected.company, customer.id, connected.alice)
    assert everywhere() == set()
