"""An auditor reads everything in a real browser, and an administrator chooses whether to be written to."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.journey import LONG_WORD, Journey
from webapp.models.user import User
from webapp.views import notice_words


def test_an_auditor_reads_the_window_and_is_given_nothing_to_press(journey: Journey, browser: Browser) -> None:
    journey.world.conflict()
    journey.world.ours(2001, LONG_WORD)
    page = journey.colleague(browser, journey.world.auditor)
    page.goto(journey.address + "/sync")
    expect(page.locator("#section-conflict .row-pair")).to_contain_text("begge har ændret den")
    expect(page.locator("#rows form, #rows button, #rows input")).to_have_count(0)
    journey.axe(page)
    page.locator("#section-paired summary").click()
    page.reload()
    expect(page.locator("#section-paired")).not_to_have_attribute("open", "")
    page.context.close()


def test_an_auditor_who_types_an_address_is_told_why_not(journey: Journey, browser: Browser) -> None:
    page = journey.colleague(browser, journey.world.auditor)
    page.goto(journey.address + "/customers/new")
    expect(page.get_by_text("Som revisor kan du se alt, men ikke ændre noget.")).to_be_visible()
    journey.axe(page)
    page.context.close()
    journey.noise.clear()


def test_one_switches_mails_off_under_ones_name(journey: Journey) -> None:
    journey.go("/customers")
    journey.page.locator("details.person summary").click()
    journey.press("Besked på mail")
    journey.axe(journey.page)
    journey.page.get_by_label("Send en mail til").uncheck()
    journey.press("Gem")
    journey.sees("Du får ingen mails.")


def test_the_link_in_a_mail_needs_no_log_in(journey: Journey, browser: Browser) -> None:
    User.update(email=f"{LONG_WORD}@x.dk").where(User.id == journey.world.alice.id).execute()
    with journey.world.flask.app_context():
        link = f"/notices/off/{notice_words.signer().dumps(journey.world.alice.id)}"
    stranger = browser.new_page(viewport={"width": 390, "height": 800})
    stranger.goto(journey.address + link)
    journey.axe(stranger)
    stranger.get_by_role("button", name="Slå mails fra").click()
    expect(stranger.get_by_role("heading", name="Mails er slået fra")).to_be_visible()
    stranger.close()
