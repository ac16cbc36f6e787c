"""A rehearsal: everything is read and planned, nothing is written on either side, and then all of it happens."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.sync.world import World
from webapp.economic.errors import Withheld
from webapp.economic.transport import Transport
from webapp.models.connection import ENDING, REHEARSING
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.pairing import Pairing
from webapp.models.run import Run
from webapp.sync import connect, emptying, kinds, outlook, pairings, register, rehearsal, rules, runs, runs_undo
from webapp.sync.connect import Endpoints
from webapp.sync.pairings import Versions
from webapp.sync.rehearsal import Rehearsing
from webapp.sync.runs_plan import Selection

PHONE = "telephoneAndFaxNumber"


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every call that left the house and was no reading one."""
    sent: list[str] = []
    request = Transport.request

    def noted(self: Transport, method: str, path: str, **rest: Any) -> Any:
        if method != "GET":
            sent.append(f"{method} {path}")
        return request(self, method, path, **rest)

    monkeypatch.setattr(Transport, "request", noted)
    return sent


@pytest.fixture
def pair(connected: World) -> Pairing:
    return connected.pair_same(telephoneAndFaxNumber="66100014", city="Odense")


def begin(world: World) -> None:
    rehearsal.begin(world.connection, world.alice)


def go_live(world: World) -> None:
    rehearsal.end(world.connection, world.alice)
    world.drain()


def seen(pair: Pairing) -> Versions:
    pair = Pairing.get_by_id(pair.id)
    return Versions(pair.customer.version, pair.mirror.version, pair.version)


def registers(world: World) -> tuple[Any, Any]:
    """Both registers as they are, but for what a person types here."""
    ours = [(row.number, row.values, row.deleted_at) for row in Customer.select().order_by(Customer.id)]
    return ours, deepcopy(dict(world.economic.customers))


# ── Nothing is written ────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_typed_here_waits_for_the_end(connected: World, pair: Pairing, writes: list[str]) -> None:
    begin(connected)
    connected.save(pair.customer, phone="66100020")
    connected.drain()
    assert (writes, connected.place(customer=pair.customer).state) == ([], "sending")
    go_live(connected)
    assert connected.stored(1042)[PHONE] == "66100020"


def test_what_is_edited_there_is_read_and_not_taken(connected: World, pair: Pairing) -> None:
    begin(connected)
    connected.economic.edit(1042, city="Marstal")
    connected.webhook(1042, 1042)
    mirror, ours = connected.mirror(1042), connected.fresh(pair.customer)
    assert (mirror.city, ours.city, connected.place(customer=ours).state) == ("Marstal", "Odense", "fetching")
    go_live(connected)
    assert connected.fresh(pair.customer).city == "Marstal"


def test_a_rule_answers_only_when_the_rehearsal_is_over(connected: World, pair: Pairing) -> None:
    rules.lay_down(connected.connection, "phone", "winner", "ours", connected.alice)
    begin(connected)
    connected.economic.edit(1042, telephoneAndFaxNumber="66100041")
    connected.save(pair.customer, phone="66100020")
    connected.drain()
    assert not History.select().where(History.cause == "rule").exists()
    go_live(connected)
    assert connected.stored(1042)[PHONE] == "66100020"


def test_two_may_be_paired_and_their_differences_wait(connected: World, writes: list[str]) -> None:
    customer = connected.ours(2001, "Ærø Bageri", phone="66100020")
    connected.theirs(3001, "Ærø Bageri ApS")
    connected.look(3001)
    begin(connected)
    versions = Versions(customer.version, connected.mirror(3001).version)
    answers = {"name": "theirs", "phone": "ours"}
    pairings.pair(connected.connection, customer.id, connected.mirror(3001).id, answers, versions, connected.alice)
    connected.drain()
    assert (writes, connected.fresh(customer).name) == ([], "Ærø Bageri")
    go_live(connected)
    assert (connected.fresh(customer).name, connected.stored(3001)[PHONE]) == ("Ærø Bageri ApS", "66100020")


def test_a_pair_may_be_ended(connected: World, pair: Pairing) -> None:
    begin(connected)
    assert pairings.unpair(connected.connection, pair.id, connected.alice).closed_at


def test_a_run_of_which_a_pair_was_ended_meanwhile_comes_to_its_end(connected: World, pair: Pairing) -> None:
    picked = Selection(pairings=(pair.id,))
    plan = runs.plan(connected.connection, "delete", connected.alice, picked)
    run = runs.start(plan, connected.alice, confirmed=["delete"])
    begun = Lane.claim("worker-2", connected.connection, sides=("run",))
    assert begun
    runs.step(begun, connected.connection)
    begin(connected)
    connected.drain()
    pairings.unpair(connected.connection, pair.id, connected.alice)
    go_live(connected)
    assert connected.fresh(run).state == "done"


Act = Callable[[World, Pairing], object]


def _answer(world: World, pair: Pairing) -> object:
    return pairings.answer(world.connection, pair.id, {"phone": "ours"}, seen(pair), world.alice)


def _run(kind: str) -> Act:
    def order(world: World, pair: Pairing) -> object:
        picked = Selection(pairings=(pair.id,)) if kind in ("delete", "resolve") else Selection(pairs=((0, 0),))
        picked = picked if kind in ("delete", "resolve", "pair") else Selection()
        plan = runs.plan(world.connection, kind, world.alice, picked)
        return runs.start(plan, world.alice, confirmed=[kind])

    return order


ORDERS: dict[str, Act] = {
    "Opret partner there": lambda w, p: pairings.create_there(w.connection, w.ours(2001, "Ny").id, 2001, w.alice),
    "Opret partner here": lambda w, p: pairings.create_here(w.connection, w.mirror(9001).id, None, w.alice),
    "an answer": _answer,
    "the same party": lambda w, p: pairings.confirm_same(w.connection, p.id, seen(p), w.alice),
    "Prøv igen": lambda w, p: pairings.try_again(w.connection, p.id, None, w.alice),
    "delete the other": lambda w, p: pairings.delete_other(w.connection, p.id, seen(p), w.alice),
    "create again": lambda w, p: pairings.create_again(w.connection, p.id, 1042, seen(p), w.alice),
    "an answer for all emptied": lambda w, p: emptying.decide(w.connection, "go", "", w.alice),
} | {f"a run: {kind}": _run(kind) for kind in kinds.KINDS}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_what_a_person_orders_is_refused_and_changes_nothing(
    connected: World, pair: Pairing, writes: list[str], order: Act
) -> None:
    connected.theirs(9001, "Deres nye")
    connected.look(9001)
    begin(connected)
    before = registers(connected)
    with pytest.raises((Rehearsing, runs.NotApplied), match=r"rehearsal|^$"):
        order(connected, pair)
    connected.drain()
    after = [row for row in registers(connected)[0] if row[1]["name"] != "Ny"], registers(connected)[1]
    assert (writes, after) == ([], before)


def test_a_run_that_is_taken_back_waits_too(connected: World) -> None:
    connected.ours(2001, "Ny ApS")
    ordered = runs.start(runs.plan(connected.connection, "create_theirs", connected.alice), connected.alice)
    connected.drain()
    begin(connected)
    with pytest.raises(runs.NotApplied, match="rehearsal"):
        runs.start(runs_undo.plan(connected.fresh(ordered), connected.alice), connected.alice)
    assert 2001 in connected.economic.customers


# ── What was ordered before ───────────────────────────────────────────────────────────────────────────────────────


def test_a_run_that_has_begun_goes_on_after_the_rehearsal(connected: World, writes: list[str]) -> None:
    connected.ours(2001, "Ny ApS")
    runs.start(runs.plan(connected.connection, "create_theirs", connected.alice), connected.alice)
    begin(connected)
    connected.drain()
    assert (writes, Run.get().state) == ([], "running")
    go_live(connected)
    assert (connected.stored(2001)["name"], Run.get().state) == ("Ny ApS", "done")


def test_a_creation_and_a_deletion_that_were_not_sent_wait(connected: World, pair: Pairing, writes: list[str]) -> None:
    made = connected.ours(2001, "Ny ApS")
    pairings.create_there(connected.connection, made.id, 2001, connected.alice)
    register.remove(connected.company, pair.customer_id, connected.alice)
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    begin(connected)
    connected.drain()
    assert (writes, connected.connection.rehearsal) == ([], REHEARSING)
    go_live(connected)
    assert list(connected.economic.customers) == [2001]


def test_a_worker_that_read_the_connection_before_the_end_forgets_nothing_that_waits(connected: World) -> None:
    made = connected.ours(2001, "Ny ApS")
    pairings.create_there(connected.connection, made.id, 2001, connected.alice)
    begin(connected)
    connected.drain()
    read_before = connected.connection
    rehearsal.end(connected.connection, connected.alice)
    connected.worker.turns(read_before)
    connected.drain()
    assert 2001 in connected.economic.customers


def test_a_creation_without_an_answer_is_settled_first(connected: World, writes: list[str]) -> None:
    made = connected.ours(2001, "Ny ApS")
    connected.sandbox.faults.next(1, method="POST", kind="500-after")
    pairings.create_there(connected.connection, made.id, 2001, connected.alice)
    connected.worker.round()
    begin(connected)
    assert connected.connection.rehearsal == ENDING
    connected.drain()
    assert (connected.connection.rehearsal, Pairing.get().state) == (REHEARSING, "open")
    assert writes == ["POST /customers"] * 2 and list(connected.economic.customers) == [2001]


def test_a_push_without_an_answer_is_settled_and_no_other_begun(connected: World, pair: Pairing) -> None:
    connected.sandbox.faults.next(1, method="PUT", kind="500-after")
    connected.save(pair.customer, phone="66100020")
    connected.worker.round()
    begin(connected)
    connected.save(pair.customer, city="Marstal")
    connected.drain()
    assert connected.connection.rehearsal == REHEARSING
    assert (connected.stored(1042)[PHONE], connected.stored(1042)["city"]) == ("66100020", "Odense")
    assert connected.fresh(pair).base["phone"] == ("66100020", "66100020")


# ── The client's own refusal ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.create({}, "key"),
        lambda client: client.replace(1042, {}, "key"),
        lambda client: client.update({"objectVersion": "1"}, 1042, "key"),
        lambda client: client.delete(1042, "key"),
    ],
    ids=["create", "replace", "update", "delete"],
)
def test_the_client_itself_refuses_to_write(
    connected: World, pair: Pairing, writes: list[str], monkeypatch: pytest.MonkeyPatch, call: Callable[[Any], object]
) -> None:
    monkeypatch.setattr("webapp.economic.client._refuse_gaps", lambda *_: None)
    client = connect.client(connected.connection, Endpoints.of(connected.settings))
    begin(connected)
    with pytest.raises(Withheld):
        call(client)
    assert writes == [] and client.customer(1042).number == 1042


def test_an_engine_that_forgets_the_rehearsal_still_writes_nothing(
    connected: World, pair: Pairing, writes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(connected)
    monkeypatch.setattr(rehearsal, "holds_back", lambda *_: False)
    connected.save(pair.customer, phone="66100020")
    for _ in range(5):
        connected.worker.round()
        connected.clock.sleep(10)
    assert (writes, connected.stored(1042)[PHONE]) == ([], "66100014")


# ── Its beginning and its end ─────────────────────────────────────────────────────────────────────────────────────


def test_who_began_and_ended_it_is_told_in_the_history(connected: World) -> None:
    begin(connected)
    assert rehearsal.since(connected.connection).who == "Alice"
    rehearsal.end(connected.connection, connected.alice)
    told = [(line.field, line.by.name) for line in History.select().where(History.cause == "rehearsal")]
    assert told == [("rehearsing", "Alice"), ("live", "Alice")]
    assert rehearsal.since(connected.connection) is None


def test_beginning_and_ending_twice_does_nothing(connected: World) -> None:
    assert not rehearsal.end(connected.connection, connected.alice)
    assert rehearsal.begin(connected.connection, connected.alice)
    assert not rehearsal.begin(connected.connection, connected.alice)


def _day(world: World, number: int, rehearsed: bool) -> list[Any]:
    """Edits on both sides, of other fields, of the same one and alike, and a customer deleted there; how all ended."""
    pairs = [world.pair_same(n, "Havnens ApS", city="Odense") for n in (number, number + 1, number + 2)]
    if rehearsed:
        begin(world)
    world.save(pairs[0].customer, phone="66100020", city="Marstal")
    world.economic.edit(number, email="ny@example.dk", city="Assens")
    world.save(pairs[1].customer, website="ens.dk")
    world.economic.edit(number + 1, website="ens.dk")
    world.economic.delete(number + 2)
    world.look(number, number + 1, number + 2)
    if rehearsed:
        go_live(world)
    rows = [world.fresh(pair) for pair in pairs]
    places = [(world.place(pairing=row).section, world.place(pairing=row).state) for row in rows]
    return [(row.customer.values, row.mirror.values, row.base) for row in rows] + places


def test_all_ends_as_if_the_rehearsal_had_never_been(connected: World) -> None:
    assert _day(connected, 1042, rehearsed=True) == _day(connected, 2042, rehearsed=False)


def test_the_numbers_are_those_of_the_pairs_one_by_one(connected: World) -> None:
    pairs = [connected.pair_same(n, "Havnens ApS", city="Odense") for n in range(1042, 1048)]
    begin(connected)
    for pair in pairs[:3]:
        connected.save(pair.customer, phone="66100020", city="Marstal")
    for number in (1043, 1044):
        connected.economic.edit(number, city="Assens", email="ny@example.dk")
    connected.economic.edit(1045, email="ny@example.dk")
    connected.economic.delete(1046)
    connected.look(*range(1042, 1048))
    found = list(outlook.of(connected.connection))
    plans = [one.plan for one in found if one.plan]
    here, there = (sum(map(bool, side)) for side in ([p.pulls for p in plans], [p.pushes for p in plans]))
    told = outlook.Totals(here=here, there=there, questions=sum(one.asks for one in found))
    assert outlook.Totals.of(connected.connection) == told == outlook.Totals(here=3, there=3, questions=3)
    assert outlook.count(connected.connection) == len(found) == 5
