"""The guide's steps as verbs, carried out in the browser by an administrator and an accountant."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Demo

AGREEMENT = "Fjordglans Rengøring ApS"
SENT = "new=[NEWNUMBER]&old=[OLDNUMBER]"
FORM = "application/x-www-form-urlencoded"
SOON = 15_000
TOLD = 30_000
"""An open window asks every ten seconds what others changed."""


@dataclass
class Guide:
    """Alice in CleanManager and the accountant in e-conomic, each in a tab of one browser."""

    demo: Demo
    page: Page
    economic: Page
    axe: Callable[[Page], None]
    no_reload: Callable[[Page], AbstractContextManager[None]]
    noise: list[str]

    # -- part 1: connecting

    def open_integrations(self) -> None:
        self.page.goto(self.demo.app)
        self.page.get_by_role("link", name="Indstillinger").click()
        expect(self.page.get_by_role("heading", name="Integrationer")).to_be_visible()

    def open_dialog(self) -> Locator:
        """Press the wordmark."""
        self.open_integrations()
        self.page.locator(".brand").first.click()
        dialog = self.page.locator("dialog[open]")
        expect(dialog).to_be_visible()
        return dialog

    def grant(self) -> None:
        """From "Opret forbindelse" to "Tilføj app", and back."""
        self.open_dialog().get_by_role("button", name="Opret forbindelse").click()
        self.page.wait_for_url(f"{self.demo.sandbox}/**")
        if self.page.get_by_label("Adgangskode").count():
            self.log_in_to_economic(self.page)
        self.page.get_by_role("button", name=AGREEMENT).click()
        self.axe(self.page)
        self.page.get_by_role("button", name="Tilføj app").click()
        self.page.wait_for_url(f"{self.demo.app}/**")

    def log_in_to_economic(self, page: Page) -> None:
        page.locator("input[type=email], input[name=email]").first.fill(self.demo.ACCOUNTANT)
        page.locator("input[type=password]").fill(self.demo.PASSWORD)
        page.get_by_role("button", name="Log på").click()

    # -- part 2: the webhook

    def enter_economic(self) -> None:
        """The accountant logs in to the connected agreement."""
        self.economic.goto(f"{self.demo.sandbox}/customers")
        if self.economic.locator("input[type=password]").count():
            self.log_in_to_economic(self.economic)
        choice = self.economic.get_by_role("button", name=AGREEMENT)
        if choice.count():
            choice.click()

    def make_webhook(self, url: str) -> None:
        """Steps 6 to 10 of the guide's second part."""
        page = self.economic
        self.enter_economic()
        page.get_by_label("Indstillinger", exact=True).click()
        page.get_by_role("link", name="Alle indstillinger").click()
        page.get_by_role("link", name="Webhooks").click()
        page.get_by_role("link", name="Nyt webhook").click()
        page.locator("select[name=eventType]").select_option(label="Kunde opdateret")
        page.get_by_label("Navn").fill("CleanManager")
        page.get_by_label("URL").fill(url)
        page.get_by_label("Sendte data").fill(SENT)
        page.get_by_label("Content-type").fill(FORM)
        page.get_by_role("button", name="Gem", exact=True).click()

    def edit_in_economic(self, number: int, **fields: str) -> None:
        """The accountant changes fields, named by their labels there."""
        self.enter_economic()
        self.economic.goto(f"{self.demo.sandbox}/customers/{number}")
        for label, value in fields.items():
            self.economic.get_by_label(label).first.fill(value)
        self.economic.get_by_role("button", name="Gem", exact=True).click()

    def hold_webhooks(self, held: bool) -> None:
        """Let e-conomic keep its webhooks back, as when the line is slow."""
        answer = self.page.request.post(f"{self.demo.sandbox}/_sandbox/switches", data={"webhook_held": held})
        assert answer.ok, answer.text()

    def delete_in_economic(self, number: int) -> None:
        self.enter_economic()
        self.economic.goto(f"{self.demo.sandbox}/customers/{number}")
        self.economic.get_by_role("link", name="Slet kunden").click()
        self.economic.get_by_role("button", name="Slet", exact=True).click()

    # -- part 3 and 4: the window

    def open_window(self) -> None:
        self.page.goto(f"{self.demo.app}/customers")
        self.page.get_by_role("link", name="Synkronisering").click()
        expect(self.page.get_by_role("heading", name="Integrationer")).to_be_visible()

    def section(self, name: str) -> Locator:
        return self.page.locator("details.section", has=self.page.get_by_role("heading", name=name))

    def row(self, section: str, text: str) -> Locator:
        return self.section(section).locator(".row-pair", has_text=text)

    def see(self, row: Locator) -> None:
        """Wait for a row that others move; what came after the window was drawn is told as a link and shown by it."""
        news = self.page.get_by_role("link", name=re.compile(r"ændring(er)? – vis"))
        expect(row.or_(news).first).to_be_visible(timeout=TOLD)
        if not row.is_visible():
            news.click()
        expect(row).to_be_visible(timeout=SOON)

    def search(self, text: str) -> None:
        """Type into the window's search, and wait until both columns follow."""
        self.page.get_by_label("Søg efter en kunde").first.fill(text)

    def press(self, row: Locator, name: str) -> None:
        """Press a row's button or link by the words the guide uses."""
        row.get_by_role("button", name=name).or_(row.get_by_role("link", name=name)).first.click()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Fails when the browser complained, say of the content security policy, inside the block."""
        before = len(self.noise)
        yield
        assert self.noise[before:] == []
