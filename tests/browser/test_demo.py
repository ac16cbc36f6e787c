"""The one command of the README brings up the app and the sandbox, and its first page is fit for everybody."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo


def test_the_demo_prints_its_addresses(demo: Demo) -> None:
    assert demo.app in demo.printed()
    assert demo.sandbox in demo.printed()


def test_the_log_in_page_is_accessible(page: Page, demo: Demo, axe: Callable[[Page], None]) -> None:
    page.goto(demo.app)
    axe(page)


def test_the_sandbox_front_page_is_accessible(page: Page, demo: Demo, axe: Callable[[Page], None]) -> None:
    page.goto(demo.sandbox)
    axe(page)


def test_the_administrator_gets_in(page: Page, demo: Demo) -> None:
    demo.log_in(page, demo.ALICE)
    expect(page.get_by_text("Alice Holm").first).to_be_visible()
