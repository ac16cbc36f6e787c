"""In a real Chromium: what the window remembers, its chips, the keyboard, what is read aloud, and no script at all."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.journey import NARROW, Journey
from tests.views.synced import Synced


@pytest.fixture
def window(journey: Journey) -> Journey:
    """A pair, and one customer on either side without a partner."""
    journey.world.pair_same()
    journey.world.ours(2001, "Øens Bageri")
    journey.world.fetched(3001, "Nordvestens Maskinfabrik")
    journey.world.drain()
    journey.go("/sync")
    return journey


def test_a_closed_section_stays_closed(window: Journey) -> None:
    with window.page.expect_response("**/sync/sections/paired"):
        window.section("paired").locator("summary").click()
    window.page.reload()
    expect(window.section("paired").locator(".row-pair")).to_be_hidden()
    expect(window.section("new").locator(".row-pair").first).to_be_visible()


def test_a_chip_stands_in_the_address_and_is_there_after_a_reload(window: Journey) -> None:
    page = window.page
    with window.no_reload(page):
        page.locator("#filters a", has_text="Uden partner").click()
        expect(page.locator("#rows .row-pair")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"only=new"))
    page.reload()
    expect(page.locator("#filters [aria-current]")).to_contain_text("Uden partner")
    window.axe(page)


def test_the_window_is_worked_by_the_keyboard_alone(window: Journey) -> None:
    page = window.page
    page.get_by_role("button", name=re.compile("Ingen synkronisering.*Øens Bageri")).focus()
    page.keyboard.press("Enter")
    expect(window.row("off", "Øens Bageri")).to_be_visible()
    expect(page.locator("#rows :focus")).to_have_count(1)
    page.get_by_role("link", name=re.compile("Opret partner.*Nordvestens Maskinfabrik")).focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog:modal")
    expect(dialog.locator(":focus")).to_have_attribute("name", "number")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator(":focus")).to_contain_text("Nordvestens Maskinfabrik")


def test_each_swap_is_read_aloud_once(window: Journey) -> None:
    aloud = window.page.locator("#toasts[role=status] [data-toast]")
    window.press(re.compile("Ingen synkronisering.*Øens Bageri"))
    expect(aloud).to_contain_text("Øens Bageri")
    window.press(re.compile("Aktivér synkronisering.*Øens Bageri"))
    expect(aloud).to_have_count(1)


def test_the_tour_of_four_steps_is_shown_once(window: Journey) -> None:
    tour = window.page.locator("#tour")
    for step in range(1, 5):
        expect(tour).to_contain_text(f"{step} af 4")
        window.axe(window.page)
        tour.get_by_role("button", name=re.compile("Næste|Færdig")).click()
    expect(tour).to_be_empty()
    window.page.reload()
    expect(window.page.get_by_role("button", name="Næste")).to_have_count(0)


def test_what_is_ticked_is_offered_only_what_can_be_done_with_it(window: Journey) -> None:
    window.page.get_by_role("checkbox", name="Vælg Nordvestens Maskinfabrik").check()
    picked = window.page.locator("#picked-new")
    expect(picked.get_by_role("button", name="Opret i CleanManager")).to_be_visible()
    for nothing in ("Opret i e-conomic", "Par de valgte forslag"):
        expect(picked.get_by_role("button", name=nothing)).to_be_hidden()


def read_aloud(page: Page, part: str) -> str:
    """What a screen reader meets in this part of the page, also what a style sheet counts."""
    session = page.context.new_cdp_session(page)
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    found = session.send("DOM.querySelector", {"nodeId": root, "selector": part})
    nodes = session.send("Accessibility.queryAXTree", found | {"role": "StaticText"})["nodes"]
    return " ".join(node["name"]["value"] for node in nodes)


def ticked(page: Page) -> str:
    return read_aloud(page, "#section-new .picked-count")


def test_it_says_how_many_are_ticked(window: Journey) -> None:
    boxes = window.section("new").get_by_role("checkbox")
    for count in (1, 2):
        boxes.nth(count - 1).check()
        assert ticked(window.page) == f"{count} valgt"
    window.axe(window.page)


def test_a_narrow_screen_has_the_actions_in_a_line_and_those_of_the_side_that_it_shows(window: Journey) -> None:
    page, bar = window.page, window.page.locator("#picked-new")
    for box in window.section("new").get_by_role("checkbox").all():
        box.check()
    page.set_viewport_size({"width": 390, "height": 844})
    assert bar.bounding_box()["height"] < 50 and ticked(page) == "2 valgt"  # type: ignore[index]
    bar.get_by_text("Handlinger").click()
    expect(bar.get_by_role("button", name="Opret i e-conomic")).to_be_visible()
    expect(bar.get_by_role("button", name="Opret i CleanManager")).to_be_hidden()


def test_what_can_be_done_with_all_stays_in_sight_while_one_scrolls(window: Journey) -> None:
    for number in range(4001, 4031):
        window.world.ours(number, f"Kunde {number}")
    window.page.reload()
    last = window.row("new", "Kunde 4030")
    last.scroll_into_view_if_needed()
    expect(window.page.locator("#bulk-ours")).to_be_in_viewport()
    last.get_by_role("checkbox").check()
    expect(window.page.get_by_role("button", name="Opret i e-conomic")).to_be_in_viewport()


def test_a_narrow_screen_counts_the_side_that_it_shows_and_says_when_it_is_empty(window: Journey) -> None:
    window.page.set_viewport_size({"width": 390, "height": 844})
    new = window.section("new")
    expect(new.locator("#count-new-ours")).to_have_text("1")
    window.press(re.compile("Ingen synkronisering.*Øens Bageri"))
    expect(new.get_by_text("Intet at vise på denne side.")).to_be_visible()
    expect(new.locator("#count-new-ours")).to_have_text("0")
    window.page.locator("label", has=window.page.locator("#vis-theirs")).click()
    expect(new.get_by_text("Intet at vise på denne side.")).to_be_hidden()
    expect(window.row("new", "Nordvestens")).to_be_visible()


def test_a_phone_on_its_side_scrolls_the_head_away_from_the_rows(window: Journey) -> None:
    window.page.set_viewport_size({"width": 844, "height": 390})
    row = window.row("new", "Øens Bageri")
    row.scroll_into_view_if_needed()
    expect(row).to_be_in_viewport(ratio=1)
    expect(window.page.locator("#q")).not_to_be_in_viewport()


@pytest.mark.parametrize("path", ["/customers", "/sync", "/runs", "/settings/integrations", "/checkup", "/help"])
def test_nothing_is_wider_than_the_narrowest_screen(window: Journey, path: str) -> None:
    window.page.set_viewport_size({"width": 320, "height": 640})
    window.page.goto(window.address + path)
    assert window.page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_section_of_nobody_offers_nothing_to_do_with_all(window: Journey) -> None:
    expect(window.page.locator("#bulk")).to_be_visible()
    window.go("/sync?q=findes-ikke")
    expect(window.page.locator("#bulk")).to_be_hidden()


def without_script(window: Journey, browser: Browser) -> Page:
    page = window.colleague(browser, window.world.admin, java_script_enabled=False)
    page.goto(f"{window.address}/sync")
    return page


def test_everything_works_without_script(window: Journey, browser: Browser) -> None:
    page = without_script(window, browser)
    page.get_by_label("Søg efter en kunde").fill("Øens")
    page.get_by_label("Søg efter en kunde").press("Enter")
    expect(page.locator("#rows .row-pair")).to_have_count(1)
    page.get_by_role("button", name=re.compile("Ingen synkronisering.*Øens Bageri")).click()
    expect(page.locator("#section-off .row-pair")).to_contain_text("Øens Bageri")
    page.get_by_role("link", name=re.compile("Opret partner.*Nordvestens Maskinfabrik")).click()
    page.get_by_role("button", name="Indsend").click()
    expect(page.locator("#section-paired .row-pair")).to_have_count(2)
    page.context.close()


@pytest.mark.parametrize("scripted", [True, False])
def test_a_narrow_screen_shows_one_list_of_actions_at_a_time(
    synced: Synced, journey: Journey, browser: Browser, scripted: bool
) -> None:
    synced.conflict()
    synced.ours(2001, "Øens Bageri")
    synced.drain()
    small = {"width": 390, "height": 844}
    page = journey.colleague(browser, synced.admin, java_script_enabled=scripted, viewport=small)
    page.goto(f"{journey.address}/sync")
    page.get_by_role("checkbox", name="Vælg Øens Bageri").check()
    page.locator("#picked-conflict .unfold").click()
    expect(page.get_by_role("button", name="Brug CleanManagers")).to_be_visible()
    page.get_by_text("Handlinger").click()
    expect(page.get_by_role("button", name="Opret i e-conomic")).to_be_visible()
    expect(page.get_by_role("button", name="Brug CleanManagers")).to_be_hidden()
    page.context.close()


SEEN = """() => {
  const focused = document.activeElement, box = focused.getBoundingClientRect();
  const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return focused === document.body || focused.contains(there) || there?.contains(focused) || box.width < 2;
}"""


def hidden(page: Page, key: str, times: int) -> list[str]:
    """What lies under something else while it has the focus, when this key is pressed so often."""
    found = []
    for _ in range(times):
        page.keyboard.press(key)
        if not page.evaluate(SEEN):
            found.append(page.evaluate("document.activeElement.outerHTML"))
    return found


@pytest.mark.parametrize("width", [1440, 390])
def test_no_head_that_stays_in_sight_hides_what_has_the_focus(window: Journey, width: int) -> None:
    for number in range(4001, 4016):
        window.world.ours(number, f"Kunde {number}")
    window.page.emulate_media(reduced_motion="reduce")
    window.page.set_viewport_size({"width": width, "height": 600})
    window.page.reload()
    window.row("new", "Kunde 4015").get_by_role("checkbox").check()
    assert hidden(window.page, "Shift+Tab", 60) == []


@pytest.mark.parametrize("width", [1440, 390])
def test_no_foot_that_stays_in_sight_hides_what_has_the_focus(journey: Journey, width: int) -> None:
    journey.page.emulate_media(reduced_motion="reduce")
    journey.page.set_viewport_size({"width": width, "height": 500})
    journey.go("/customers/new")
    assert hidden(journey.page, "Tab", 20) == []


def test_a_key_leaves_no_chip_half_outside(window: Journey) -> None:
    window.page.set_viewport_size({"width": NARROW, "height": 844})
    window.go("/sync")
    chips = window.page.locator("#filters a")
    chips.last.focus()
    for place in range(chips.count() - 2, -1, -1):
        window.page.keyboard.press("Shift+Tab")
        expect(chips.nth(place)).to_be_focused()
        expect(chips.nth(place)).to_be_in_viewport(ratio=1)


def test_on_a_phone_what_was_found_comes_first(window: Journey) -> None:
    window.page.set_viewport_size({"width": NARROW, "height": 844})
    window.world.ours(1, "Skovbryn Friskole")
    window.go("/sync?q=skovbryn")
    expect(window.section("conflict")).to_be_hidden()
    expect(window.row("new", "Skovbryn")).to_be_visible()
    window.page.get_by_label("Søg efter en kunde").fill("ingen hedder sådan")
    expect(window.section("conflict")).to_contain_text("Ingen kunder her passer til søgningen")
