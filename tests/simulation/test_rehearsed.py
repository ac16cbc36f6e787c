"""The judge of rehearsals: it tells of an engine that writes meanwhile, and has nothing to tell of this one."""

from collections.abc import Iterator

import pytest

from webapp.simulation import store
from webapp.simulation.play import play
from webapp.simulation.steps import Step
from webapp.simulation.store import Store
from webapp.sync import connect, rehearsal

STEPS = (
    "we create here",
    "workers get ahead",
    "we rehearse",
    "we edit",
    "they edit",
    "webhooks arrive",
    "work",
    "work",
)


@pytest.fixture
def kept() -> Iterator[Store]:
    with store.opened() as opened:
        yield opened


def told(kept: Store) -> set[str]:
    """What the judges say of ten histories of a rehearsal."""
    found: set[str] = set()
    for seed in range(10):
        kept.clear()
        found |= set(play(seed, [Step(index, verb) for index, verb in enumerate(STEPS)]).violations)
    return found


def test_this_engine_writes_nothing_in_a_rehearsal(kept: Store) -> None:
    assert told(kept) == set()


def test_an_engine_that_writes_in_a_rehearsal_is_found_out(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "holds_back", lambda *_: False)
    client = connect._client
    monkeypatch.setattr(
        connect, "_client", lambda ends, token, pace=None, number=None, _=None: client(ends, token, pace, number)
    )
    found = told(kept)
    assert any("in a rehearsal" in one and "customer " in one for one in found)
    assert any("in a rehearsal" in one and "/" in one for one in found)
