"""What may stand in a webhook call, and that its order, doubling and loss change nothing in the end."""

import json
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sync.world import World
from webapp import db
from webapp.models.customer import Customer
from webapp.models.inbox import Inbox
from webapp.models.lane import Lane
from webapp.models.place import Place
from webapp.sync import connect, inbox, pairings, silence
from webapp.sync.inbox import NotANumber, numbers

pytestmark = pytest.mark.contended

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@pytest.mark.parametrize(
    ("query", "kind", "body"),
    [
        ("", FORM, "new=7&old=5"),
        ("", FORM, "old=5&new=7"),
        ("old=5&new=7", FORM, ""),
        ("old=5&new=7", FORM, "new=9&old=9"),
        ("", JSON, '{"old": 5, "new": 7}'),
        ("", JSON, '{"old": "5", "new": "7", "more": [1, {"new": 3}]}'),
        ("", JSON, '\n {"new": 7, "old": 5}'),
        ("", JSON, "new=7&old=5"),
        ("", FORM, '{"old": "5", "new": "7"}'),
        ("", "", "NEW=7&Old=5"),
        ("", "", "OldNumber=5&newnumber=7"),
        ("", "", "old_number=5&new_number=7"),
        ("", "", "5&7"),
        ("5&7", "", ""),
        ("", "text/plain; charset=æ", "old= 5 &new=7\r\n"),
        ("", "", "old=5&new=%37"),
        ("", "", "new=7&new=7&old=5"),
    ],
)
def test_the_numbers_are_read_however_they_are_written(query: str, kind: str, body: str) -> None:
    assert numbers(query, kind, body) == (5, 7)


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("old=&new=7", (None, 7)), ("new=7", (None, 7)), ("old=5&new=", (5, None)), ("old=5", (5, None)),
        ("5&", (5, None)), ("&7", (None, 7)), ('{"old": null, "new": 7}', (None, 7)), ("old=0&new=+7", (None, 7)),
        ("new=999999999", (None, 999999999)),
    ],
)  # fmt: skip
def test_a_side_may_be_missing(body: str, read: tuple[int | None, int | None]) -> None:
    assert numbers("", FORM, body) == read


@pytest.mark.parametrize(
    "body",
    [
        "", "&", "new=", "old=&new=", "{}", "[]", "null", "7", "hello", "x=7", "new=abc", "new=-1", "new=7.0",
        "new=1e3", "new=9999999999999", "new=1000000000", "new=007", "new=%00", "new=7%00", "new=7%0d%0aold=5",
        "new=%E2%80%8F7", "new=\u200f7", "new=\u0667", "new=７", "new=1&new=2", "new=7&NEW=8", "new=7&newnumber=8",
        '{"new": 7, "new": 8}', '{"new": true}', '{"new": 7.5}', '{"new": [7]}', '{"new": "\\ud800"}', '{"new": 7',
        "[NEWNUMBER]&[OLDNUMBER]", "new=[NEWNUMBER]&old=[OLDNUMBER]", "5&7&9", "{" * 5000, '{"a":' * 5000,
        "&".join(f"a{n}=1" for n in range(60)), "new=7;old=5",
    ],
)  # fmt: skip
def test_what_names_no_customer_is_refused(body: str) -> None:
    for query, sent in (("", body), (body, "")):
        with pytest.raises(NotANumber):
            numbers(query, FORM, sent)


pieces = st.sampled_from(
    ["old", "new", "=", "&", "5", "7", "0", "{", "}", '"', ":", ",", "%00", "\r\n", "\u200f", " ", "[", "null"]
)
scraps = st.one_of(st.text(max_size=40), st.lists(pieces, max_size=14).map("".join))
values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers()))
objects = st.dictionaries(st.sampled_from(["old", "new", "New", "x"]), values).map(json.dumps)


@given(scraps, scraps, st.one_of(scraps, objects))
def test_any_call_gives_possible_numbers_or_is_refused(query: str, kind: str, body: str) -> None:
    try:
        read = numbers(query, kind, body)
    except NotANumber:
        return
    given_numbers = [number for number in read if number is not None]
    assert given_numbers and all(1 <= number <= 999_999_999 for number in given_numbers)


def test_a_call_is_kept_as_it_came_and_handled_once(connected: World) -> None:
    row = inbox.receive(connected.connection, "a=1", FORM, "new=7&old=5")
    assert (row.query, row.content_type, row.body, row.state) == ("a=1", FORM, "new=7&old=5", "new")
    assert inbox.drain(connected.connection) == 1
    assert inbox.drain(connected.connection) == 0
    assert sorted(lane.record for lane in Lane.select()) == [5, 7]
    connected.drain()


def test_a_thousand_calls_about_one_customer_are_one_look(connected: World) -> None:
    connected.theirs(7, "Kunde")
    for _ in range(30):
        inbox.receive(connected.connection, "", FORM, "new=7&old=7")
    calls = connected.sandbox.budgets.calls
    connected.drain()
    assert connected.sandbox.budgets.calls == calls + 1


def test_a_call_before_activation_changes_nothing(connected: World) -> None:
    connect.deactivate(connected.connection)
    connected.theirs(7, "Ny kunde")
    inbox.receive(connected.connection, "", FORM, "new=7&old=")
    connected.drain()
    assert Place.select().count() == 0 and Inbox.get().state == "done"


def test_a_call_while_paused_is_worked_on_afterwards(connected: World) -> None:
    connected.connection.pause("grant_withdrawn")
    connected.theirs(7, "Ny kunde")
    inbox.receive(connected.connection, "", FORM, "new=7&old=")
    connected.drain()
    assert Place.select().count() == 0
    resume = connected.connection
    resume.state = "open"
    resume.save()
    connected.drain()
    assert Place.get().name == "ny kunde"


EDITED, DELETED, MOVED, MOVED_TO, MADE = range(5)
EVENTS = ((EDITED, EDITED), (DELETED, None), (MOVED, MOVED_TO), (None, MADE))


def play(world: World, first: int, events: Any) -> list[Any]:
    """An edit, a deletion, a renumbering and a creation there, told of by these events; what stands here then."""
    pairs = [world.pair_same(first + place, f"Kunde {place}", city="Odense") for place in (EDITED, DELETED, MOVED)]
    world.economic.edit(first + EDITED, city="Svendborg")
    world.economic.delete(first + DELETED)
    world.economic.renumber(first + MOVED, first + MOVED_TO)
    world.theirs(first + MADE, "Ny kunde")
    for old, new in events:
        sides = ("" if side is None else first + side for side in (old, new))
        inbox.receive(world.connection, "old={}&new={}".format(*sides), "", "")
        world.worker.turns(world.connection)
    world.drain()
    places = [*(world.place(customer=pair.customer) for pair in pairs), world.place(mirror=world.mirror(first + MADE))]
    return [
        (
            place.section,
            place.state,
            place.customer and place.customer.city,
            place.mirror and place.mirror.number - first,
        )
        for place in places
    ]


SETTLED = [
    ("paired", "equal", "Svendborg", EDITED),
    ("deleted", "theirs_gone", "Odense", DELETED),
    ("paired", "equal", "Odense", MOVED_TO),
    ("new", "new", None, MADE),
]


def test_every_order_of_calls_leads_to_the_same_state(connected: World) -> None:
    for turn, events in enumerate(permutations(EVENTS)):
        assert play(connected, 100 * (turn + 1), events) == SETTLED, events


def test_doubled_and_replayed_calls_lead_to_the_same_state(connected: World) -> None:
    assert play(connected, 100, [*EVENTS, *EVENTS, *reversed(EVENTS), EVENTS[2]]) == SETTLED


@pytest.mark.parametrize("told", [(), *((event,) for event in EVENTS[:2])])
def test_a_comparison_brings_what_lost_calls_would_have(connected: World, told: Any) -> None:
    """A renumbering that nothing told of cannot be followed; it is asked about as a deletion and a new customer."""
    pair, other = connected.pair_same(100, "Kunde 0", city="Odense"), connected.pair_same(101, "Kunde 1")
    connected.economic.edit(100, city="Svendborg")
    connected.economic.delete(101)
    connected.theirs(104, "Ny kunde")
    for old, new in told:
        connected.webhook(100 + old, None if new is None else 100 + new)
    connected.compare()
    assert connected.fresh(pair.customer).city == "Svendborg"
    assert connected.place(customer=other.customer).state == "theirs_gone"
    assert connected.place(mirror=connected.mirror(104)).state == "new"


def test_replaying_every_call_writes_nothing(connected: World) -> None:
    play(connected, 100, EVENTS)
    versions = [row.version for row in Customer.select().order_by(Customer.id)]
    stored = {number: dict(record) for number, record in connected.economic.customers.items()}
    with db.write():
        Inbox.update(state="new").execute()
    connected.drain()
    assert [row.version for row in Customer.select().order_by(Customer.id)] == versions
    assert {number: dict(record) for number, record in connected.economic.customers.items()} == stored


@pytest.mark.parametrize("is_read_at_once", [True, False])
def test_a_call_heard_by_a_clock_that_was_ahead_hides_no_later_silence(connected: World, is_read_at_once: bool) -> None:
    connected.pair_same(1042)
    connect.new_webhook(connected.connection)
    connected.clock.sleep(3600)
    right = connected.clock.time
    connected.clock.time += timedelta(days=30)
    inbox.receive(connected.connection, "old=1042&new=1042", "", "")
    if is_read_at_once:
        inbox.drain(connected.connection)
    connected.clock.time = right
    connected.drain()
    connected.clock.sleep(3600)
    connected.economic.edit(1042, city="Svendborg")
    connected.compare()
    connected.clock.sleep(3600)
    assert silence.of(connected.connection).untold == 1


@pytest.mark.parametrize("is_met_first", [True, False])
def test_who_was_left_out_stays_so_under_another_number(connected: World, is_met_first: bool) -> None:
    connected.theirs(7, "Havnens Tandklinik")
    connected.look(7)
    pairings.exclude(connected.connection, connected.alice, mirror_id=connected.mirror(7).id)
    connected.sandbox.switches.renumbering_allowed = True
    connected.economic.renumber(7, 41)
    if is_met_first:
        connected.look(41)
    connected.webhook(7, 41)
    assert connected.place(mirror=connected.mirror(41)).section == "off"
    assert connected.mirror(7) is None
