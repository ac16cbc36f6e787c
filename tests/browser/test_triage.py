"""Conflicts answered from the keyboard in a real Chromium: J and K walk, 1, 2 and 3 answer, the focus goes on."""

from collections.abc import Callable, Iterator
from itertools import count
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps import app_over
from tests.views.synced import Synced, world_in
from webapp.models.place import Place
from webapp.sync import rows

FIRST, MANY = 1041, 8


@pytest.fixture
def synced(sqlite_database: str) -> Iterator[Synced]:
    """Customers whose phone was changed on both sides, and the last one's e-mail too."""
    for app in app_over(sqlite_database):
        for world in world_in(app):
            pairs = [
                world.pair_same(number, f"Kunde {number} ApS", telephoneAndFaxNumber="66100014", email="a@havn.dk")
                for number in range(FIRST, FIRST + MANY)
            ]
            for number, pair in enumerate(pairs, FIRST):
                world.economic.edit(number, telephoneAndFaxNumber="66100041", email="c@havn.dk")
                world.save(pair.customer, phone="66100020", **({"email": "b@havn.dk"} if pair is pairs[-1] else {}))
            world.drain()
            yield world


def left(synced: Synced) -> int:
    count: int = Place.select().where(Place.connection == synced.connection, Place.section == "conflict").count()
    return count


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('.row-pair')?.querySelector('.who-name').textContent"))


def test_each_key_answers_one_customer_and_goes_on_to_the_next(synced: Synced, window: Page) -> None:
    window.locator("#rows").focus()
    window.keyboard.press("j")
    assert str(FIRST) in focused(window)
    for key in "1231":
        window.keyboard.press(key)
    assert str(FIRST + 4) in focused(window)
    expect(window.locator("#count-conflict")).to_have_text(str(MANY - 4))
    assert left(synced) == MANY - 4


def test_j_and_k_walk_without_answering(synced: Synced, window: Page) -> None:
    window.locator("#rows").focus()
    for key in "jjjk":
        window.keyboard.press(key)
    assert str(FIRST + 1) in focused(window) and left(synced) == MANY


def test_a_customer_with_two_questions_is_saved_by_the_second_answer(synced: Synced, window: Page) -> None:
    window.locator("#rows").focus()
    for _ in range(MANY):
        window.keyboard.press("j")
    window.keyboard.press("2")
    assert str(FIRST + MANY - 1) in focused(window) and left(synced) == MANY
    window.keyboard.press("1")
    expect(window.locator("#count-conflict")).to_have_text(str(MANY - 1))


def test_fast_answers_go_on_to_the_next_rows_without_losing_the_focus(
    monkeypatch: pytest.MonkeyPatch, window: Page
) -> None:
    monkeypatch.setattr(rows.batch, "__defaults__", ("", 3))
    window.reload()
    expect(window.locator("#rows-conflict .row-pair")).to_have_count(3)
    window.locator("#rows").focus()
    for key in "j111":
        window.keyboard.press(key, delay=0)
    expect(window.locator("#count-conflict")).to_have_text(str(MANY - 3))
    expect(window.locator("#rows-conflict .row-pair")).to_have_count(3)
    expect(window.locator("#rows")).to_be_focused()
    window.keyboard.press("j")
    assert str(FIRST + 3) in focused(window)


@pytest.fixture
def overtaken(synced: Synced, monkeypatch: pytest.MonkeyPatch) -> Event:
    """The reply to the first answer is on its way until this is set, or for a second."""
    serve, arrives, turns = synced.flask.wsgi_app, Event(), count()

    def delayed(environ: dict[str, str], start_response: Any) -> Any:
        reply = serve(environ, start_response)
        if environ["REQUEST_METHOD"] == "POST" and not next(turns):
            arrives.wait(1)
        return reply

    monkeypatch.setattr(synced.flask, "wsgi_app", delayed)
    return arrives


def test_a_reply_that_is_overtaken_leaves_no_old_number(window: Page, overtaken: Event) -> None:
    rows_left = window.locator("#rows-conflict .row-pair")
    window.locator("#rows").focus()
    for key in "j11":
        window.keyboard.press(key, delay=0)
    expect(rows_left).not_to_have_count(MANY)
    overtaken.set()
    expect(rows_left).to_have_count(MANY - 2)
    assert window.locator("#count-conflict").inner_text() == str(MANY - 2)


def test_what_is_typed_in_the_search_is_no_answer(synced: Synced, window: Page) -> None:
    window.locator("#q").focus()
    window.keyboard.type("j12")
    assert window.locator("#q").input_value() == "j12" and left(synced) == MANY


def test_the_questions_are_accessible_and_fast_answers_lose_nothing(
    synced: Synced, window: Page, axe: Callable[[Page], None]
) -> None:
    axe(window)
    window.locator("#rows").focus()
    window.keyboard.press("j")
    for _ in range(MANY + 1):
        window.keyboard.press("1", delay=0)
    expect(window.locator("#count-conflict")).to_have_text("0")
    synced.drain()
    assert {synced.stored(number)["telephoneAndFaxNumber"] for number in range(FIRST, FIRST + MANY)} == {"66100020"}
