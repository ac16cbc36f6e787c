"""e-conomic's lists here: what is proposed, what may be chosen, and what became of a chosen one."""

import pytest

from tests.sync.world import World
from webapp.models.connection import Reference, UnitMapping
from webapp.sandbox import references
from webapp.sync import lists

DEFAULTS = {"currency": "DKK", "customer_group": "1", "payment_terms": "1", "vat_zone": "1"}


@pytest.fixture
def units(connected: World) -> World:
    """An agreement with the demo's units."""
    table = connected.economic.reference("units")
    table.clear()
    for number, name in {1: "stk.", 2: "Timer", 3: "uge", 7: "Mdr.", 9: "paller"}.items():
        references.put(connected.economic, "units", number, {"unitNumber": number, "name": name})
    read_again(connected)
    return connected


def read_again(world: World) -> None:
    lists.read_lists_again(world.connection)
    world.drain()


def test_a_unit_of_the_same_normalised_name_is_proposed(units: World) -> None:
    assert lists.proposed_units(units.connection) == {"piece": "1", "hour": "2", "week": "3", "month": "7", "task": ""}


@pytest.mark.parametrize("name", ["Måneder", "maaneder", " MÅNED.", "md."])
def test_a_month_is_known_by_its_names(units: World, name: str) -> None:
    references.put(units.economic, "units", 7, {"unitNumber": 7, "name": name})
    read_again(units)
    assert lists.proposed_units(units.connection)["month"] == "7"


def test_a_saved_unit_is_kept_over_the_proposal(units: World) -> None:
    lists.save_settings(units.connection, DEFAULTS, {"month": "9", "hour": ""})
    proposed = lists.proposed_units(units.connection)
    assert (proposed["month"], proposed["hour"]) == ("9", "2")


def test_whoever_transfers_a_line_gets_the_unit_or_none(units: World) -> None:
    lists.save_settings(units.connection, DEFAULTS, {"month": "7"})
    assert lists.unit_for(units.connection, "month") == 7
    assert lists.unit_for(units.connection, "week") is None
    with pytest.raises(KeyError):
        lists.unit_for(units.connection, "year")


def test_a_unit_that_vanished_there_is_marked_and_not_used(units: World) -> None:
    lists.save_settings(units.connection, DEFAULTS, {"month": "7"})
    del units.economic.reference("units")["7"]
    read_again(units)
    assert lists.unit_for(units.connection, "month") is None
    assert UnitMapping.of(units.connection) == {"month": "7"}
    assert Reference.names(units.connection)["unit", "7"] == "Mdr."


def test_a_unit_that_came_back_is_used_again(units: World) -> None:
    test_a_unit_that_vanished_there_is_marked_and_not_used(units)
    references.put(units.economic, "units", 7, {"unitNumber": 7, "name": "måned"})
    read_again(units)
    assert lists.unit_for(units.connection, "month") == 7
    assert Reference.names(units.connection)["unit", "7"] == "måned"


def test_the_first_of_each_list_and_kroner_are_proposed(connected: World) -> None:
    connection = connected.connection
    connection.set_defaults({})
    assert lists.proposed_defaults(connection) == DEFAULTS
    connection.set_defaults({"currency": "EUR"})
    assert lists.proposed_defaults(connection)["currency"] == "EUR"


@pytest.mark.parametrize(
    ("defaults", "units_chosen"),
    [
        (DEFAULTS | {"currency": "XXX"}, {}),
        (DEFAULTS | {"customer_group": ""}, {}),
        (DEFAULTS | {"vat_zone": "99"}, {}),
        (DEFAULTS | {"name": "1"}, {}),
        (DEFAULTS, {"month": "77"}),
    ],
)
def test_a_choice_that_is_not_on_the_list_is_refused_and_nothing_saved(
    units: World, defaults: dict[str, str], units_chosen: dict[str, str]
) -> None:
    lists.save_settings(units.connection, DEFAULTS, {"month": "7"})
    with pytest.raises(ValueError, match=r"^\w+$"):
        lists.save_settings(units.connection, defaults, units_chosen)
    assert units.connection.defaults == DEFAULTS
    assert UnitMapping.of(units.connection) == {"month": "7"}


def test_a_vanished_choice_cannot_be_saved_again(units: World) -> None:
    del units.economic.reference("units")["7"]
    read_again(units)
    with pytest.raises(ValueError, match="unit"):
        lists.save_settings(units.connection, DEFAULTS, {"month": "7"})


def test_lists_are_read_once_connected_and_said_to_be(connected: World) -> None:
    assert lists.lists_are_read(connected.connection)
    lists.read_lists_again(connected.connection)
    assert not lists.lists_are_read(connected.connection)
    connected.drain()
    assert lists.lists_are_read(connected.connection)


def test_a_list_that_cannot_be_read_whole_changes_nothing(connected: World) -> None:
    before = Reference.names(connected.connection)
    connected.sandbox.faults.always(path="/units", kind="500-before")
    connected.economic.reference("vat-zones").clear()
    lists.read_lists_again(connected.connection)
    connected.worker.round()
    assert Reference.of(connected.connection, "vat_zone").exists()
    assert Reference.names(connected.connection) == before
    connected.sandbox.faults.clear()
    connected.drain()
    assert not Reference.of(connected.connection, "vat_zone").exists()
