"""What the sync window remembers for a person."""

import pytest

from tests.people import Browser, World
from webapp import ports
from webapp.models.user import User


@pytest.fixture(autouse=True)
def fetched(world: World) -> None:
    world.connection.fetched_at = ports.now()
    world.connection.save()


def is_open(browser: Browser, section: str) -> bool:
    return "open" in browser.page("/sync").one("details", id=f"section-{section}").attrs


def step(browser: Browser) -> str:
    return browser.page("/sync").one("b", id="tour-title").text


def test_a_closed_section_stays_closed_until_it_is_opened(alice: Browser) -> None:
    assert alice.post("/sync/sections/off").status_code == 204
    assert (is_open(alice, "off"), is_open(alice, "new")) == (False, True)
    alice.post("/sync/sections/off")
    assert is_open(alice, "off")


def test_everybody_has_a_window_of_their_own(alice: Browser, bob: Browser) -> None:
    bob.post("/sync/sections/paired")
    assert (is_open(bob, "paired"), is_open(alice, "paired")) == (False, True)


def test_a_section_that_there_is_not_is_not_found(alice: Browser) -> None:
    assert alice.post("/sync/sections/nonsense").status_code == 404


def test_the_tour_goes_on_from_step_to_step_and_ends(alice: Browser) -> None:
    seen = []
    for _ in range(4):
        seen.append(step(alice))
        alice.post("/sync/tour", {"answer": "next"})
    assert len(set(seen)) == 4
    assert not alice.page("/sync").all("b", id="tour-title")


def test_a_step_is_swapped_alone(alice: Browser) -> None:
    answer = alice.post("/sync/tour", {"answer": "next"}, piece=True)
    assert 'hx-target="#tour"' in answer.text and "2 af 4" in answer.text


def test_the_tour_is_skipped_and_shown_again(alice: Browser) -> None:
    first = step(alice)
    alice.post("/sync/tour", {"answer": "skip"})
    assert not alice.page("/sync").all("b", id="tour-title")
    alice.post("/sync/tour", {"answer": "again"})
    assert step(alice) == first


@pytest.mark.parametrize("answer", ["", "nonsense"])
def test_another_answer_changes_nothing(alice: Browser, answer: str) -> None:
    assert alice.post("/sync/tour", {"answer": answer}).status_code == 400
    assert User.get_by_id(alice.user.id).tour == 0
