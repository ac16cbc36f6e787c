"""The window's read model: search, filters, paging and counts, in as many queries for 10 lines as for 100."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.beginning import furnish
from tests.people import enter
from tests.sync.world import World
from webapp import db
from webapp.models import search
from webapp.models.place import Place
from webapp.sync import pairings, rows
from webapp.sync.narrowing import Narrowed, filter_counts
from webapp.sync.section import Section


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that run meanwhile."""
    real, seen = db.database.obj.execute_sql, []

    def noting(sql: str, *rest: Any, **more: Any) -> Any:
        seen.append(sql)
        return real(sql, *rest, **more)

    db.database.obj.execute_sql = noting
    try:
        yield seen
    finally:
        del db.database.obj.execute_sql


@pytest.fixture
def full(connected: World) -> World:
    furnish(connected, a_line_in_every_section)
    return connected


def a_line_in_every_section(world: World) -> None:
    for number, name in ((1, "Ærø Bageri"), (2, "Noels Tømrerforretning")):
        world.ours(number, name, city="Aabenraa")
    off = world.ours(3, "Kontantsalg", city="Aabenraa")
    for number, name in ((11, "Åbenrå Autoværksted"), (12, "Müller & Søn")):
        enter(world.connection, number, {"name": name})
    asked = world.pair_same(21, "Havnens Tandklinik")
    world.pair_same(22, "Skovbryn Friskole")
    world.pair_same(23, "Villa Solhøj")
    world.economic.edit(21, city="Odense")
    world.save(asked.customer, city="Svendborg")
    world.economic.delete(22)
    world.webhook(21, 21)
    world.webhook(22, None)
    pairings.exclude(world.connection, world.alice, customer_id=off.id)


def names(found: rows.Batch) -> list[str]:
    return [party.name for row in found.rows if (party := row.customer or row.mirror)]


def every_line(world: World, most: int, **narrowed: str) -> list[int]:
    """The lines of all sections, batch after batch, as the pages ask for them."""
    found = []
    for section in Section:
        after = ""
        while True:
            part = rows.batch(Narrowed(world.connection, **narrowed), section, after, most)
            found += [row.key for row in part.rows]
            if part.after is None:
                break
            after = part.after
    return found


SEARCHES = [
    ("aabenraa", Section.NEW, ["Noels Tømrerforretning", "Ærø Bageri", "Åbenrå Autoværksted"]),
    ("åbenrå els", Section.NEW, ["Noels Tømrerforretning"]),
    ("mueller", Section.NEW, ["Müller & Søn"]),
    ("tandklinik", Section.CONFLICT, ["Havnens Tandklinik"]),
    ("odense", Section.CONFLICT, ["Havnens Tandklinik"]),
    ("svendborg", Section.CONFLICT, ["Havnens Tandklinik"]),
    ("21", Section.CONFLICT, ["Havnens Tandklinik"]),
    ("nobody", Section.NEW, []),
]


def test_a_search_narrows_both_columns(full: World) -> None:
    for text, section, found in SEARCHES:
        assert (text, names(rows.batch(Narrowed(full.connection, text), section))) == (text, found)


@pytest.mark.parametrize("is_few", [True, False])
def test_a_search_shows_the_same_by_the_index_and_line_by_line(
    full: World, monkeypatch: pytest.MonkeyPatch, is_few: bool
) -> None:
    monkeypatch.setattr(search, "is_few", lambda held, lines: is_few and held is not None)
    monkeypatch.setattr(Narrowed, "_is_rare", lambda self, *_: is_few and self._held is not None)
    test_a_search_narrows_both_columns(full)
    for text, only in [("aabenraa", ""), ("klinik", "answer"), ("aabenraa", "new")]:
        narrowed = Narrowed(full.connection, text, only)
        shown = {section: len(rows.batch(narrowed, section).rows) for section in Section}
        assert shown == {section: narrowed.counts[section.value][0] for section in Section}


def test_the_counts_are_those_of_the_lines_shown(full: World) -> None:
    for text, only in [("", ""), ("aabenraa", ""), ("", "new"), ("", "answer"), ("a", "off")]:
        for section, counted_up in Narrowed(full.connection, text, only).counts.items():
            shown = rows.batch(Narrowed(full.connection, text, only), Section(section)).rows
            sides = sum(row.customer is not None for row in shown), sum(row.mirror is not None for row in shown)
            assert counted_up == (len(shown), *sides)


def test_the_sections_add_up_to_both_registers(full: World) -> None:
    counted_up = Narrowed(full.connection).counts.values()
    assert (sum(n for _, n, _ in counted_up), sum(n for *_, n in counted_up)) == (6, 5)


def test_the_filters_count_what_they_show(full: World) -> None:
    for only, count in filter_counts(full.connection).items():
        assert count == sum(lines for lines, *_ in Narrowed(full.connection, only=only).counts.values())
    assert filter_counts(full.connection) == {"answer": 2, "sure": 0, "look": 0, "new": 4, "moving": 0, "off": 1}


def test_two_that_are_suggested_stand_on_one_line_and_count_as_two_customers(full: World) -> None:
    full.ours(501, "Havnens Tandklinik ApS", cvr="33920459", address="Havnegade 12", postcode="5000")
    fields = {"corporateIdentificationNumber": "33920459", "address": "Havnegade 12", "zip": "5000"}
    full.theirs(502, "Havnens Tandklinik", **fields)
    full.look(502)
    assert filter_counts(full.connection) | {"sure": 1, "new": 6} == filter_counts(full.connection)
    (row,) = rows.batch(Narrowed(full.connection, only="sure"), Section.NEW).rows
    assert row.customer is not None and row.mirror is not None and row.likely is not None
    assert row.likely.sure and ("same", "cvr") in {(e.kind, e.field) for e in row.likely.evidence}
    assert row.likely.differing == 1 and not row.likely.at_once


def test_paging_leaves_no_gap_and_doubles_nothing(full: World) -> None:
    for name in ("Ens", "Ens", "Ens~2", "~", "Ens~"):
        full.ours(100 + Place.select().count(), name)
    everyone = sorted(place.id for place in Place.select())
    alike = sum(lines for lines, *_ in Narrowed(full.connection, "ens").counts.values())
    for most in (1, 2, 3, 50):
        assert sorted(every_line(full, most)) == everyone
        found = every_line(full, most, text="ens")
        assert len(set(found)) == len(found) == alike


def test_a_line_that_goes_between_two_pages_hides_no_other(full: World) -> None:
    first = rows.batch(Narrowed(full.connection), Section.NEW, most=2)
    shown = first.rows[-1]
    pairings.exclude(full.connection, full.alice, mirror_id=shown.mirror.id if shown.mirror else None,
                     customer_id=shown.customer.id if shown.customer else None)  # fmt: skip
    assert len(rows.batch(Narrowed(full.connection), Section.NEW, first.after or "").rows) == 2


def test_a_question_shows_both_values_the_agreed_one_and_who_changed_them(full: World) -> None:
    (row,) = rows.batch(Narrowed(full.connection), Section.CONFLICT).rows
    (asked,) = row.questions
    assert (asked.field, asked.ours, asked.theirs, asked.base) == ("city", "Svendborg", "Odense", "")
    assert asked.ours_change is not None and asked.ours_change.who == "Alice"


def test_an_excluded_line_says_who_and_when(full: World) -> None:
    (row,) = rows.batch(Narrowed(full.connection), Section.OFF).rows
    assert row.excluded is not None and row.excluded.created_by.name == "Alice"


def test_a_line_that_vanished_meanwhile_is_left_out(full: World) -> None:
    places = list(Place.select().where(Place.section == "new"))
    Place.delete().where(Place.id == places[0].id).execute()
    assert [row.key for row in rows._rows(full.connection, places)] == [place.id for place in places[1:]]
    Place.insert(places[0].__data__).execute()


@pytest.mark.parametrize("section", [Section.CONFLICT, Section.NEW, Section.OFF])
def test_a_hundred_lines_take_no_more_queries_than_ten(connected: World, section: Section) -> None:
    asked = []
    for upto in (10, 100):
        fill(connected, section, upto)
        with counted() as statements:
            found = rows.batch(Narrowed(connected.connection), section, most=100).rows
        assert len(found) == upto
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 8


def fill(world: World, section: Section, upto: int) -> None:
    """Let this many lines stand in the section."""
    for number in range(1 + Place.select().count(), upto + 1):
        mirror = enter(world.connection, number, {"name": f"Kunde {number}"})
        if section == Section.OFF:
            pairings.exclude(world.connection, world.alice, mirror_id=mirror.id)
        if section == Section.CONFLICT:
            pair = pairings.create_here(world.connection, mirror.id, number, world.alice)
            mirror.take({"city": "Odense"})
            mirror.save()
            world.save(pair.customer, city="Svendborg")


def test_who_changed_what_is_found_by_an_index_however_long_the_history(full: World) -> None:
    with counted() as seen:
        rows.batch(Narrowed(full.connection), Section.CONFLICT)
    asked = [sql for sql in seen if "MAX" in sql and '"history"' in sql]
    assert len(asked) == 2 and all(re.search(r'"company_id" = ', sql) for sql in asked)
