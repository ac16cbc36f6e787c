"""Takes the pictures of the README and of the help page from the running app (`make pictures`)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.guide import SOON, Guide
from tests.browser.test_guide import NEW, active, connected, opened, told  # noqa: F401 - the guide's parts as fixtures

ROOT = Path(__file__).parents[2]
HELP = ROOT / "static/help"
WIDE = {"width": 1200, "height": 750}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return {**browser_context_args, "viewport": WIDE, "color_scheme": "light", "reduced_motion": "reduce"}


def keep(page: Page, file: Path) -> None:
    """Save a picture without toasts, which would lie over it."""
    page.locator("#toasts").evaluate("toasts => toasts.replaceChildren()")
    page.screenshot(path=file, animations="disabled")


def keep_in_both(guide: Guide, name: str, show: Callable[[Guide], None]) -> None:
    """Show it, by no words of a language, and save it for the English help and for the Danish."""
    for language, folder in (("en", HELP / "en"), ("da", HELP)):
        speak(guide.page, f"{guide.demo.app}/help", language)
        show(guide)
        keep(guide.page, folder / f"{name}.png")


def speak(page: Page, address: str, language: str) -> None:
    page.goto(address)
    button = page.locator(f"button[name=language][value={language}]")
    if button.count():
        page.locator("details.person summary").click()
        button.click()


def show_economic(guide: Guide) -> None:
    guide.page.goto(f"{guide.demo.app}/settings/integrations")
    guide.page.locator(".brand").first.click()
    expect(guide.page.locator("dialog[open] .btn-primary").first).to_be_visible(timeout=SOON)


def show_webhook(guide: Guide) -> None:
    show_economic(guide)
    guide.page.locator("dialog[open] .dialog-body").evaluate("body => body.scrollTo(0, body.scrollHeight)")


def show_activation(guide: Guide) -> None:
    guide.page.goto(f"{guide.demo.app}/settings/integrations")
    guide.page.locator("main .menu summary").click()


def show_window(guide: Guide) -> None:
    guide.page.goto(f"{guide.demo.app}/sync")
    expect(guide.page.locator("#section-new .row-pair").first).to_be_visible()


def show_creation(guide: Guide) -> None:
    show_window(guide)
    new_row(guide, "Bagsværd Autoværksted").locator("[id^=create-]").first.click()
    expect(guide.page.locator("dialog:modal .btn-primary")).to_be_visible()


def show_choice(guide: Guide) -> None:
    show_window(guide)
    new_row(guide, "Christiansen Autoværksted").locator("[id^=choose-]").first.click()
    guide.page.locator(".candidate .btn").first.click()
    expect(guide.page.locator("dialog:modal .btn-primary")).to_be_visible()


def new_row(guide: Guide, name: str) -> Locator:
    return guide.page.locator("#section-new .row-pair", has_text=name).first


def test_the_way_to_a_connection(opened: Guide) -> None:  # noqa: F811
    keep_in_both(opened, "connect", show_economic)


def test_the_settings_and_the_webhook(told: Guide) -> None:  # noqa: F811
    keep_in_both(told, "settings", show_economic)
    keep_in_both(told, "webhook", show_webhook)
    keep_in_both(told, "activate", show_activation)


def test_the_window_with_something_in_every_section(active: Guide) -> None:  # noqa: F811
    prepare(active)
    keep_in_both(active, "window", show_window)
    active.page.set_viewport_size({"width": 1440, "height": 900})
    show_window(active)
    keep(active.page, ROOT / "docs/sync-window.png")
    active.page.set_viewport_size(WIDE)


def test_the_dialogs_of_the_window(active: Guide) -> None:  # noqa: F811
    keep_in_both(active, "create", show_creation)
    keep_in_both(active, "choose", show_choice)


def prepare(guide: Guide) -> None:
    """Pairs, a conflict, a deletion and an exclusion, made the way people make them; the tour has been seen."""
    guide.open_window()
    guide.page.get_by_role("button", name="Spring over").click()
    expect(guide.page.locator("#tour-title")).to_have_count(0)
    for name in ("Blomster v/Rasmus", "Andelsboligforeningen Søhuset afd. 1", "Andelsboligforeningen Søhuset afd. 2"):
        create_here(guide, name)
    pair(guide, "Allerød Byg")
    guide.open_window()
    guide.press(guide.row(NEW, "Andelsboligforeningen Søhuset afd. 8").first, "Ingen synkronisering")
    expect(guide.row("Synkronisering deaktiveret", "Søhuset afd. 8")).to_be_visible(timeout=SOON)
    conflict(guide, "Allerød Byg", 1036)
    guide.delete_in_economic(1020)
    guide.open_window()
    guide.see(guide.row("Slettede kunder", "Blomster v/Rasmus"))


def create_here(guide: Guide, name: str) -> None:
    guide.open_window()
    guide.press(guide.row(NEW, name).first, "Opret partner")
    guide.page.get_by_role("button", name="Indsend").click()
    expect(guide.row("Parrede kunder", name).first).to_be_visible(timeout=SOON)


def pair(guide: Guide, name: str) -> None:
    guide.open_window()
    guide.press(guide.row(NEW, name).first, "Vælg partner")
    guide.press(guide.page.locator("#window"), "Vælg som partner")
    expect(guide.page.get_by_role("button", name="Indsend")).to_be_visible()
    for row in guide.page.locator(".diff-row.question").all():
        if not row.locator("input:checked").count():
            row.locator("input.keep-theirs").check()
    guide.page.get_by_role("button", name="Indsend").click()
    expect(guide.row("Parrede kunder", name).first).to_be_visible(timeout=SOON)


def conflict(guide: Guide, name: str, number: int) -> None:
    """Both sides change the phone while e-conomic's webhooks are held back."""
    guide.hold_webhooks(True)
    guide.page.goto(f"{guide.demo.app}/customers?q={name}")
    guide.page.get_by_role("link", name=name).first.click()
    guide.page.get_by_role("link", name="Rediger").first.click()
    guide.edit_in_economic(number, Telefon="66 10 00 41")
    guide.page.get_by_label("Telefon").fill("66 10 00 20")
    guide.page.get_by_role("button", name="Gem").click()
    guide.hold_webhooks(False)
    guide.open_window()
    guide.see(guide.row("Synkroniseringskonflikter", name))
