"""How long two hundred conflicts take by the keyboard: `python -m pytest tests/browser/measure_answers.py -s`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from threading import Event, Thread
from time import perf_counter
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.journey import Journey
from webapp import db, ports

MANY = 200
THOUGHT = float(os.environ.get("THOUGHT", "2"))
GLANCE = 0.3
"""Before J is pressed again, where nothing had to be decided."""
WATCH = """
window.waits = [];
addEventListener('keydown', () => { window.pressed = performance.now(); }, true);
document.addEventListener('htmx:after:settle', () => {
  if (window.pressed) window.waits.push(performance.now() - window.pressed);
  window.pressed = 0;
});
"""


def conflicts(journey: Journey) -> None:
    """Customers whose phone was changed on both sides, and every fifth's city too."""
    world = journey.world
    for number in range(1, MANY + 1):
        pair = world.pair_same(number, f"Kunde {number} ApS", telephoneAndFaxNumber="66100014", city="Odense")
        world.economic.edit(number, telephoneAndFaxNumber=f"7000{number:04}", city="Odense C")
        world.save(pair.customer, phone=f"6000{number:04}", **({} if number % 5 else {"city": "Odense SØ"}))
    world.drain()


@contextmanager
def working(journey: Journey) -> Iterator[None]:
    """A worker sends the answers meanwhile, in the same process."""
    over = Event()

    def work() -> None:
        with db.connected(), ports.using(journey.world.ports):
            while not over.wait(0 if journey.world.worker.round() else 0.25):
                pass

    thread = Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join()


def timed(journey: Journey) -> list[float]:
    """The server's seconds for each answer (and, as negative numbers, for what the page asks by itself)."""
    app, spent = journey.world.flask, list[float]()
    serve = app.wsgi_app

    def clocked(environ: dict[str, Any], start_response: Any) -> Any:
        began = perf_counter()
        answer = serve(environ, start_response)
        passed = perf_counter() - began
        spent.append(passed if environ["REQUEST_METHOD"] == "POST" else -passed)
        return answer

    app.wsgi_app = clocked  # type: ignore[method-assign]
    return spent


def left(page: Page) -> int:
    return int(page.locator("#count-conflict").inner_text())


def answer_all(page: Page) -> int:
    """Think, press; J where the focus stands on no question. How many keys it took."""
    page.locator("#rows").focus()
    keys = 0
    while left(page):
        asks = page.evaluate("!!document.activeElement.closest('#rows .question')")
        page.wait_for_timeout((THOUGHT if asks else GLANCE) * 1000)
        page.keyboard.press("1213"[keys % 4] if asks else "j")
        keys += 1
        assert keys < 3 * MANY
    return keys


def test_two_hundred_conflicts_by_the_keyboard(journey: Journey) -> None:
    conflicts(journey)
    journey.page.goto(f"{journey.address}/sync")
    assert left(journey.page) == MANY
    journey.page.evaluate(WATCH)
    spent = timed(journey)
    with working(journey):
        began = perf_counter()
        keys = answer_all(journey.page)
        took = perf_counter() - began
    expect(journey.page.locator("#count-conflict")).to_have_text("0")
    waits = journey.page.evaluate("window.waits")
    posts, polls = ([1000 * abs(one) for one in spent if (one > 0) == answers] for answers in (True, False))
    told = [
        f"{MANY} customers, {keys} keys, {THOUGHT} s of thought each: {took:.0f} s",
        f"server, an answer: {_spread(posts)}; what the page asks by itself: {_spread(polls)}",
        f"key to settled page: {_spread(waits)}",
    ]
    sys.stdout.write("\n".join(["", *told, ""]))


def _spread(times: list[float]) -> str:
    return f"median {median(times):.0f} ms, 95 % {sorted(times)[int(len(times) * 0.95)]:.0f} ms ({len(times)})"
