"""The customer's guide, every part step by step in a real Chromium; later parts go on from earlier ones."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Demo
from tests.browser.guide import FORM, SENT, SOON, Guide

PAIRED, NEW = "Parrede kunder", "Nye kunder"


@pytest.fixture(scope="module")
def opened(
    browser: Browser,
    browser_context_args: dict[str, object],
    demo: Demo,
    axe: Callable[[Page], None],
    no_reload: Callable[[Page], AbstractContextManager[None]],
) -> Iterator[Guide]:
    """Alice is logged in to CleanManager."""
    context = browser.new_context(**browser_context_args)  # type: ignore[arg-type]
    page, economic = context.new_page(), context.new_page()
    noise: list[str] = []
    for tab in (page, economic):
        tab.set_default_timeout(SOON)
    page.on("console", lambda message: noise.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: noise.append(str(error)))
    demo.log_in(page)
    expect(page.get_by_role("heading", name="Kunder")).to_be_visible()
    yield Guide(demo, page, economic, axe, no_reload, noise)
    context.close()


@pytest.fixture(scope="module")
def connected(opened: Guide) -> Guide:
    """Part 1 is done: connected, with the defaults saved."""
    opened.grant()
    dialog = opened.open_dialog()
    expect(dialog.get_by_text("Aftale 1482210")).to_be_visible(timeout=SOON)
    expect(dialog.get_by_label("Valuta:")).to_be_visible(timeout=SOON)
    opened.axe(opened.page)
    dialog.get_by_role("button", name="Gem").click()
    expect(dialog).to_be_hidden(timeout=SOON)
    return opened


@pytest.fixture(scope="module")
def told(connected: Guide) -> Guide:
    """Part 2 is done: the webhook stands in e-conomic."""
    dialog = connected.open_dialog()
    dialog.get_by_role("button", name="Generer ny URL").click()
    dialog.get_by_role("button", name="Luk beskeden").click()
    dialog.get_by_role("button", name="Kopier URL").click()
    expect(dialog.get_by_role("button", name="Kopieret")).to_be_visible()
    connected.axe(connected.page)
    connected.make_webhook(connected.page.evaluate("navigator.clipboard.readText()"))
    return connected


@pytest.fixture(scope="module")
def active(told: Guide) -> Guide:
    """Part 3 is done: customers are synchronised, and the first fetch has come to its end."""
    told.open_integrations()
    told.axe(told.page)
    told.page.locator("summary", has_text="Kunder").click()
    told.page.locator(".menu-item", has_text="e-conomic").click()
    expect(told.page.get_by_role("link", name="Åbn Synkronisering")).to_be_visible(timeout=SOON)
    return told


def test_part_1_connects_and_proposes_the_defaults(connected: Guide) -> None:
    dialog = connected.open_dialog()
    expect(dialog.get_by_label("Valuta:")).to_have_value("DKK")
    expect(dialog.get_by_label("Måneder (mdr.):").locator("option:checked")).to_have_text("Mdr.")


def test_part_2_puts_a_webhook_into_economic(told: Guide) -> None:
    expect(told.economic.get_by_text("CleanManager").first).to_be_visible()
    dialog = told.open_dialog()
    expect(dialog.get_by_text(SENT).or_(dialog.locator(f"input[value='{SENT}']")).first).to_be_visible()
    expect(dialog.get_by_text(FORM).or_(dialog.locator(f"input[value='{FORM}']")).first).to_be_visible()


def test_the_webhook_is_tried_by_saving_a_customer_there(told: Guide) -> None:
    dialog = told.open_dialog()
    dialog.get_by_role("link", name="Prøv webhooken").click()
    expect(dialog.get_by_text("Vi venter på kaldet.")).to_be_visible()
    told.axe(told.page)
    with told.no_reload(told.page), told.quiet():
        told.edit_in_economic(1003, Telefon="62 10 00 03")
        expect(dialog.get_by_text("Det handlede om kunde 1003.")).to_be_visible(timeout=SOON)
    told.axe(told.page)


def test_part_3_fetches_every_customer(active: Guide) -> None:
    active.open_window()
    active.axe(active.page)
    expect(active.page.locator(".cols")).to_contain_text("CleanManager data")
    expect(active.page.locator(".cols .theirs, .cols h2").last).to_contain_text("60")


def test_the_window_searches_both_columns_as_one_types(active: Guide) -> None:
    active.open_window()
    with active.no_reload(active.page), active.quiet():
        active.search("Allerød Byg")
        expect(active.section(NEW).locator(".row-pair")).to_have_count(1)
        expect(active.row(NEW, "Allerød Byg").locator(".who-name")).to_have_count(2)
        expect(active.page.get_by_label("Søg efter en kunde").first).to_be_focused()


def test_part_4_creates_one_customer_here(active: Guide) -> None:
    active.open_window()
    active.search("Blomster v/Rasmus Hansen")
    with active.no_reload(active.page), active.quiet():
        active.press(active.row(NEW, "Blomster v/Rasmus"), "Opret partner")
        active.axe(active.page)
        active.page.get_by_role("button", name="Indsend").click()
        expect(active.row(PAIRED, "Blomster v/Rasmus")).to_be_visible(timeout=SOON)


def test_part_4_creates_one_customer_there(active: Guide) -> None:
    active.open_window()
    active.search("Boligforeningen Strandparken")
    with active.no_reload(active.page), active.quiet():
        active.press(active.row(NEW, "Boligforeningen Strandparken"), "Opret partner")
        active.page.get_by_role("button", name="Indsend").click()
        expect(active.row(PAIRED, "Boligforeningen Strandparken").locator(".mid", has_text="Ens")).to_be_visible(
            timeout=SOON
        )
    active.enter_economic()
    active.economic.goto(f"{active.demo.sandbox}/customers/1090")
    expect(active.economic.get_by_label("Navn")).to_have_value(re.compile("Boligforeningen Strandparken"))


def test_a_taken_number_is_told_while_typing(active: Guide) -> None:
    active.open_window()
    active.search("Holte IT")
    active.press(active.row(NEW, "Holte IT"), "Opret partner")
    active.page.get_by_label("Kundenummer").fill("1001")
    expect(active.page.locator("dialog[open]").last).to_contain_text(re.compile("optaget|i brug|bruges"), timeout=SOON)


def test_part_4_pairs_a_customer_that_is_in_both(active: Guide) -> None:
    active.open_window()
    with active.quiet():
        active.press(active.row(NEW, "Allerød Byg").first, "Vælg partner")
        expect(active.page.get_by_text("Samme CVR").first).to_be_visible()
        active.axe(active.page)
        with active.no_reload(active.page):
            active.press(active.page.locator("#window"), "Vælg som partner")
            active.axe(active.page)
            active.page.get_by_role("radio", name="Allerød Byg ApS").check()
            active.page.get_by_role("button", name="Indsend").click()
            expect(active.row(PAIRED, "Allerød Byg ApS").first).to_be_visible(timeout=SOON)


def test_after_pairing_an_edit_here_reaches_economic(active: Guide) -> None:
    test_row = active.demo.app + "/customers?q=Allerød"
    active.page.goto(test_row)
    active.page.get_by_role("link", name="Allerød Byg").first.click()
    active.page.get_by_role("link", name="Rediger").first.click()
    active.page.get_by_label("Telefon").fill("66 10 00 25")
    active.page.get_by_role("button", name="Gem").click()
    active.enter_economic()
    field = active.economic.get_by_label("Telefon")
    for _ in range(20):
        active.economic.goto(f"{active.demo.sandbox}/customers/1036")
        if field.input_value() == "66 10 00 25":
            break
        active.page.wait_for_timeout(500)
    expect(field).to_have_value("66 10 00 25")


def test_after_pairing_an_edit_there_reaches_cleanmanager_by_webhook(active: Guide) -> None:
    active.edit_in_economic(1036, By="Blovstrød")
    for _ in range(20):
        active.page.goto(f"{active.demo.app}/customers?q=Allerød Byg")
        if active.page.get_by_text("Blovstrød").count():
            break
        active.page.wait_for_timeout(500)
    expect(active.page.get_by_text("Blovstrød").first).to_be_visible()


def test_excluding_and_taking_back_move_the_row_without_a_reload(active: Guide) -> None:
    active.open_window()
    active.search("Dahl")
    expect(active.page).to_have_url(re.compile("q=Dahl"))
    with active.no_reload(active.page), active.quiet():
        active.press(active.row(NEW, "Dahl Kloakservice").first, "Ingen synkronisering")
        off = active.row("Synkronisering deaktiveret", "Dahl Kloakservice")
        expect(off).to_be_visible(timeout=SOON)
        expect(active.page.locator(":focus")).to_contain_text("Ingen synkronisering: Dahl Rek")
        active.press(off, "Aktivér synkronisering")
        expect(active.row(NEW, "Dahl Kloakservice").first).to_be_visible(timeout=SOON)


def test_a_conflict_appears_and_is_settled(active: Guide) -> None:
    active.hold_webhooks(True)
    active.page.goto(f"{active.demo.app}/customers?q=Allerød")
    active.page.get_by_role("link", name="Allerød Byg").first.click()
    active.page.get_by_role("link", name="Rediger").first.click()
    active.edit_in_economic(1036, Telefon="66 10 00 41")
    active.page.get_by_label("Telefon").fill("66 10 00 20")
    active.page.get_by_role("button", name="Gem").click()
    active.hold_webhooks(False)
    active.open_window()
    conflict = active.row("Synkroniseringskonflikter", "Allerød Byg")
    active.see(conflict)
    active.axe(active.page)
    with active.no_reload(active.page), active.quiet():
        conflict.get_by_role("radio").first.check()
        active.press(conflict, "Gem svar")
        expect(active.row(PAIRED, "Allerød Byg").first).to_be_visible(timeout=SOON)


def test_a_deletion_there_appears_and_is_settled(active: Guide) -> None:
    active.delete_in_economic(1020)
    active.open_window()
    gone = active.row("Slettede kunder", "Blomster v/Rasmus")
    active.see(gone)
    active.axe(active.page)
    with active.no_reload(active.page), active.quiet():
        active.press(gone, "Slet den også")
        active.page.locator("dialog[open]").last.get_by_role("button", name=re.compile("Slet")).click()
        expect(gone).to_be_hidden(timeout=SOON)


def test_all_the_rest_are_created_here_with_a_progress_bar(active: Guide) -> None:
    active.open_window()
    with active.quiet():
        bulk = active.section(NEW).locator(".bulk .theirs")
        active.press(bulk, "Opret partnere")
        active.axe(active.page)
        active.page.get_by_role("button", name="Indsend").click()
        expect(active.page.locator("#result")).to_contain_text("Færdig", timeout=30_000)
    active.axe(active.page)


def test_a_comparison_says_how_many_pairs_are_equal(active: Guide) -> None:
    active.open_window()
    active.page.get_by_role("button", name="Sammenlign nu").click()
    expect(active.page.get_by_text("Sidst bevist ens")).to_be_visible(timeout=30_000)


def test_the_help_page_is_there_for_everybody(active: Guide) -> None:
    active.page.goto(f"{active.demo.app}/help")
    active.axe(active.page)
    expect(active.page.get_by_text("support@cleanmanager.dk").first).to_be_visible()
