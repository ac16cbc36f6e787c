"""A test's world served to a real browser in the world's own time, and the page of whoever is signed in to it."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from re import Pattern
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from werkzeug.serving import make_server

from tests import people
from tests.views.synced import Synced
from webapp import ports

COOKIE = "cleanmanager_session"
QUICK = 0.02
PATIENCE = 10_000
WIDE, NARROW = 1440, 390
LONG_WORD = ("Grundejerforeningsbestyrelsesformandsvalgforberedelsesudvalgsmøde" * 2)[:120]
STICKS_OUT = """part => {
  const right = Math.min(part.getBoundingClientRect().right, document.documentElement.clientWidth) + 1;
  return [...part.querySelectorAll(':not(.visually-hidden, .visually-hidden *)')]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > right)
    .map(one => one.outerHTML.slice(0, 120));
}"""


@contextmanager
def serving(world: Synced) -> Iterator[str]:
    """The address of the world's app; each request is answered at the hour that the world's clock shows."""

    at_its_hour = replace(world.ports, sleep=time.sleep)

    def in_its_time(*call: Any) -> Any:
        with ports.using(at_its_hour):
            return world.flask(*call)

    server = make_server("127.0.0.1", 0, in_its_time, threaded=True)
    thread = Thread(target=server.serve_forever, args=(QUICK,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@dataclass
class Journey:
    """Alice before her world; the worker works when it is told to, so nothing has to be waited for."""

    world: Synced
    page: Page
    address: str
    axe: Callable[[Page], None]
    no_reload: Callable[[Page], AbstractContextManager[None]]
    noise: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def begin(self) -> "Journey":
        self.sign_in(self.page.context, self.world.admin)
        self.listen(self.page)
        return self

    def sign_in(self, context: BrowserContext, who: people.Browser) -> None:
        session = who.client.get_cookie(COOKIE)
        assert session is not None
        context.add_cookies([{"name": COOKIE, "value": session.value, "url": self.address}])

    def listen(self, page: Page) -> None:
        """What the browser complains of, but for an answer that says what is wrong with a form."""
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: self.noise.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.noise.append(str(error)))

    def complaints(self) -> list[str]:
        return [said for said in self.noise if "status of 422" not in said]

    def colleague(self, browser: Browser, who: people.Browser, **options: Any) -> Page:
        """Another person at another browser."""
        context = browser.new_context(locale="da-DK", timezone_id="Europe/Copenhagen", **options)
        self.sign_in(context, who)
        page = context.new_page()
        self.listen(page)
        return page

    def go(self, path: str) -> None:
        """To a page, which must be accessible the first time one comes there."""
        self.page.goto(self.address + path)
        if path not in self.seen:
            self.seen.add(path)
            self.axe(self.page)

    def fits(self, part: Locator) -> None:
        """Nothing sticks out of this part of the page, on a wide screen or a narrow one."""
        for width in (WIDE, NARROW):
            self.page.set_viewport_size({"width": width, "height": 900})
            assert part.evaluate(STICKS_OUT) == [], f"at {width}"
        self.page.set_viewport_size({"width": WIDE, "height": 900})

    def press(self, name: str | Pattern[str], within: Page | Locator | None = None) -> None:
        """A button or link by its words."""
        at = within or self.page
        at.get_by_role("button", name=name).or_(at.get_by_role("link", name=name)).first.click()

    def section(self, name: str) -> Locator:
        return self.page.locator(f"#section-{name}")

    def row(self, section: str, text: str) -> Locator:
        return self.section(section).locator(".row-pair", has_text=text)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def apply(self) -> None:
        """ "Indsend" on a plan, and the worker carries it out."""
        self.press("Indsend")
        expect(self.page.locator("#result")).to_be_visible()
        self.world.drain()
        expect(self.page.locator("#result")).to_contain_text("Færdig")
