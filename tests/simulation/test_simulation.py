"""The simulator on this code: no history breaks an invariant, a seed is a whole truth, and planted bugs are seen."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.postgres import Wiper
from webapp.simulation import boundaries, campaign, store
from webapp.simulation.play import Outcome, play
from webapp.simulation.shrink import kinds
from webapp.simulation.steps import history
from webapp.simulation.store import Store
from webapp.sync import push

STARTS = (0, 100_000, 200_000, 300_000)
EACH = 5


@pytest.fixture
def kept() -> Iterator[Store]:
    with store.opened() as opened:
        yield opened


def played(kept: Store, seed: int, **how: Any) -> Outcome:
    kept.clear()
    return play(seed, history(seed, **how))


@pytest.mark.parametrize("start", STARTS)
def test_no_history_breaks_an_invariant(kept: Store, start: int) -> None:
    totals = campaign.run(kept, range(start, start + EACH))
    assert dict(totals.broken) == {}


def test_the_same_seed_gives_the_same_trace(kept: Store) -> None:
    once, again = (played(kept, 11) for _ in range(2))
    assert (once.trace, once.end) == (again.trace, again.end)


def test_another_seed_gives_another_trace(kept: Store) -> None:
    assert played(kept, 11).trace != played(kept, 12).trace


def test_every_boundary_that_is_passed_was_declared(kept: Store) -> None:
    met = {name for seed in range(3) for name in played(kept, seed).boundaries}
    assert {name for name in met if not name.startswith("simulation")} <= set(boundaries.declared())


def test_what_a_function_makes_within_itself_is_a_boundary_under_its_own_name_only() -> None:
    named = {name.partition(" ")[0] for name in boundaries.declared()}
    assert "suggesting.beat" in named
    assert "suggesting._beating" not in named


@pytest.mark.postgres
def test_postgresql_plays_the_same_histories_to_the_same_ends(postgresql_wiper: Wiper) -> None:
    with store.opened() as kept:
        ours = digests(kept)
    postgresql_wiper.wipe()
    with store.opened(postgresql_wiper.address) as kept:
        theirs = digests(kept)
    assert ours == theirs


def digests(kept: Store) -> list[tuple[str, str]]:
    """How six histories went, call by call, and how they ended."""
    outcomes = [played(kept, seed, length=25) for seed in range(20, 26)]
    return [(outcome.trace, outcome.end) for outcome in outcomes]


def move_base_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug: what is about to be sent counts as settled before e-conomic has it."""
    intend = push.intend

    def hasty(pair: Any, planned: Any, record: Any) -> Any:
        intent = intend(pair, planned, record)
        if intent is not None:
            pair.base = dict(pair.base) | {name: (value, value) for name, value in planned.pushes.items()}
            pair.save()
        return intent

    monkeypatch.setattr(push, "intend", hasty)


def test_a_base_that_moves_too_early_is_found_and_told_in_a_few_steps(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_base_too_early(monkeypatch)
    failed = next(found for seed in range(400_021, 400_040) if (found := played(kept, seed)).failed)
    few = campaign.shortest(kept, failed, 40, most=30)
    assert len(few) <= 10
    assert kinds(failed) & kinds(played(kept, failed.seed, only=few))


def test_a_commit_of_the_simulations_own_is_its_own_whoever_plays_it() -> None:
    asked: dict[str, Any] = {"__name__": "webapp.cli.simulating", "met": boundaries.met}
    exec("def replay(): return met('commit.before')", asked)
    assert asked["replay"]() == "simulation's own commit.before"
