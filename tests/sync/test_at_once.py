"""Two at once on one database: who waits for whom, and that nobody meets a fault of the database because of it."""

from collections.abc import Callable

import pytest

from tests.sync.test_overtaken import meanwhile
from tests.sync.test_runs_resolve import conflicts
from tests.sync.world import World
from webapp import db
from webapp.models.field_rule import FieldRule
from webapp.models.lane import Lane
from webapp.models.sweep import RUNNING, Sweep
from webapp.sync import rules, sweep


def test_two_comparisons_ordered_in_the_same_moment_are_one(connected: World) -> None:
    with db.write():
        sweep.begin(connected.connection, "compare")
        waiting = meanwhile(lambda: sweep.begin(connected.connection, "compare"))
    waiting.join()
    assert Sweep.select().where(Sweep.kind == "compare", Sweep.state == RUNNING).count() == 1
    connected.drain()


def statements(do: Callable[[], object]) -> int:
    """How many statements this takes."""
    seen: list[str] = []
    execute = db.database.obj.execute_sql
    db.database.obj.execute_sql = lambda sql, *rest, **named: seen.append(sql) or execute(sql, *rest, **named)
    try:
        do()
    finally:
        del db.database.obj.execute_sql
    return len(seen)


def test_a_rule_for_many_pairs_keeps_others_waiting_no_longer_than_one_for_few(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "PLACED_AT_ONCE", 1)
    taken = []
    for numbers in ((1042,), (1043, 1044, 1045)):
        conflicts(connected, *numbers)
        taken.append(
            statements(lambda: rules.lay_down(connected.connection, "phone", "winner", "ours", connected.alice))
        )
        rules.take_back(connected.connection, FieldRule.of(connected.connection).get().id, connected.alice)
    assert taken[0] == taken[1]
    assert Lane.select().where(Lane.side == "pair").count() == 4
    connected.drain()
