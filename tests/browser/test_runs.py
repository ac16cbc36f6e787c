"""In a real Chromium: the plan before the run, the run on its way, and taking it back."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import people
from tests.browser.journey import Journey
from tests.sync.test_runs_undo import registers
from webapp import ports
from webapp.models.customer import Customer
from webapp.models.lane import LEASE_SECONDS
from webapp.worker import Worker


class Died(BaseException):
    """The process is no more."""


def seal(page: Page) -> str:
    return page.locator("footer input[name=seal]").get_attribute("value") or ""


def plan_there(journey: Journey, count: int) -> None:
    """Customers of ours, and the plan that creates them in e-conomic."""
    for number in range(1, count + 1):
        journey.world.ours(number, f"Kunde {number} ApS", phone=f"6610001{number}")
    journey.world.drain()
    journey.go("/sync")
    journey.page.locator("#bulk-ours").click()
    journey.sees(f"{count} kunder i planen.")


# ── the plan ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_plan_shows_each_field_and_a_colleague_approves_it_by_its_link(journey: Journey, browser: Browser) -> None:
    plan_there(journey, 2)
    journey.axe(journey.page)
    journey.page.locator("#items summary").first.click()
    expect(journey.page.locator("#items table").first).to_contain_text("66100011")
    link, shown = journey.page.url, seal(journey.page)
    assert link.rpartition("/")[2] in (
        journey.page.get_by_role("link", name="Send til godkendelse").get_attribute("href") or ""
    )
    dorte = people.Browser.of(journey.world.flask, people.person(journey.world.company, "Dorte"))
    theirs = journey.colleague(browser, dorte)
    theirs.goto(link)
    expect(theirs.get_by_text(f"Plan {shown}.").first).to_be_visible()
    theirs.get_by_role("button", name="Indsend").click()
    expect(theirs.locator("#result")).to_contain_text("Startet af Dorte")
    expect(theirs.locator("#result")).to_contain_text("Planen er lavet af Alice.")
    journey.world.drain()
    assert sorted(journey.world.economic.customers) == [1, 2]
    theirs.context.close()


def test_an_inspector_reads_the_plan_and_cannot_carry_it_out(journey: Journey, browser: Browser) -> None:
    plan_there(journey, 2)
    bob = journey.colleague(browser, journey.world.inspector)
    bob.goto(journey.page.url)
    expect(bob.get_by_text("En administrator kan godkende og udføre planen.")).to_be_visible()
    expect(bob.get_by_role("button", name="Indsend")).to_have_count(0)
    journey.axe(bob)
    bob.context.close()


def test_a_customer_that_moved_falls_out_and_is_planned_anew_alone(journey: Journey) -> None:
    plan_there(journey, 3)
    journey.world.save(Customer.get(Customer.number == 2), phone="70203040")
    journey.apply()
    journey.sees("1 kunde er ikke med, for noget blev ændret, efter planen blev vist.")
    assert sorted(journey.world.economic.customers) == [1, 3]
    journey.press("Lav en plan for den")
    journey.sees("1 kunde i planen.")
    journey.apply()
    assert journey.world.stored(2)["telephoneAndFaxNumber"] == "70203040"


def test_a_plan_that_was_made_anew_meanwhile_is_not_carried_out(journey: Journey, browser: Browser) -> None:
    journey.world.fetched(100, "Nordvestens Maskinfabrik")
    plan_there(journey, 2)
    other = journey.colleague(browser, journey.world.admin)
    other.goto(journey.page.url)
    other.get_by_label("Kundenumre i e-conomic").select_option("next")
    other.get_by_role("button", name="Vis planen sådan").click()
    expect(other.get_by_text("Nyt nummer").first).to_be_visible()
    journey.press("Indsend")
    journey.sees("Planen er lavet om, siden du så den. Se den igen. Intet er gjort.")
    assert list(journey.world.economic.customers) == [100]
    other.context.close()


def test_what_is_chosen_and_not_yet_shown_is_not_carried_out_unseen(journey: Journey) -> None:
    journey.world.fetched(100, "Nordvestens Maskinfabrik")
    plan_there(journey, 2)
    journey.page.get_by_label("Kundenumre i e-conomic").select_option("next")
    journey.press("Indsend")
    journey.sees("Du har valgt noget andet, end planen viste.")
    journey.axe(journey.page)
    expect(journey.page.get_by_text("Nyt nummer").first).to_be_visible()
    assert list(journey.world.economic.customers) == [100]


# ── the run ───────────────────────────────────────────────────────────────────────────────────────────────────────


def progress(journey: Journey, text: str) -> None:
    """What the bar says once it has asked again; the browser's clock runs ahead instead of our waiting."""
    journey.page.clock.run_for(1100)
    expect(journey.page.locator(".run-line")).to_contain_text(text)


def die_after_a_creation(journey: Journey) -> None:
    """The worker is killed when e-conomic has made a customer and nobody has written it down; another takes over."""

    def die(place: str) -> None:
        if place == "create.answered":
            raise Died

    world = journey.world
    with ports.using(replace(world.ports, failpoint=die)), pytest.raises(Died):
        world.drain()
    world.worker = Worker(world.settings, "worker-2")
    world.clock.sleep(2 * LEASE_SECONDS)


def test_a_run_is_paused_gone_on_with_and_stopped_and_a_killed_worker_doubles_nothing(journey: Journey) -> None:
    world, page = journey.world, journey.page
    page.clock.install()
    plan_there(journey, 50)
    journey.press("Indsend")
    world.worker.turns(world.connection, 6)
    progress(journey, f"{len(world.economic.customers)} af 50")
    journey.axe(page)
    journey.press("Hold pause")
    world.drain()
    page.reload()
    progress(journey, "Holder pause")
    progress(journey, "20 af 50")
    journey.press("Fortsæt")
    die_after_a_creation(journey)
    journey.press("Stop")
    world.drain()
    progress(journey, "Stoppet")
    assert [c["name"] for c in world.economic.customers.values()] == [f"Kunde {n} ApS" for n in range(1, 41)]


def test_the_numbers_of_the_window_move_while_a_run_works(journey: Journey) -> None:
    world, page = journey.world, journey.page
    page.clock.install()
    plan_there(journey, 6)
    journey.press("Indsend")
    expect(page.locator("#result")).to_be_visible()
    world.worker.turns(world.connection, 1)
    journey.go("/sync")
    with journey.no_reload(page):
        expect(page.locator("#filter-moving")).to_have_text("6")
        world.worker.turns(world.connection, 3)
        progress(journey, f"{len(world.economic.customers)} af 6")
        expect(page.locator("#filter-moving")).to_have_text(str(6 - len(world.economic.customers)))
        world.drain()
        progress(journey, "Færdig")
    expect(page.locator("#filter-moving")).to_have_text("0")


def test_the_history_of_runs_says_who_and_leads_to_each_change(journey: Journey) -> None:
    plan_there(journey, 2)
    journey.apply()
    journey.go("/runs")
    expect(journey.page.locator(".run-row")).to_contain_text("Alice")
    journey.press("2 af 2")
    journey.page.locator("#items summary").first.click()
    expect(journey.page.locator("#items table").first).to_contain_text("66100011")


# ── taking it back ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_is_taken_back_by_a_plan_that_says_what_stays(journey: Journey) -> None:
    world = journey.world
    plan_there(journey, 3)
    before = registers(world)
    journey.apply()
    world.clock.sleep(60)
    world.economic.edit(2, city="Marstal")
    world.look(2)
    journey.press("Fortryd kørslen")
    journey.sees("Bliver, for det er ændret siden: By.")
    journey.axe(journey.page)
    assert len(world.economic.customers) == 3
    journey.page.get_by_label("har set planen").check()
    journey.apply()
    ours, theirs = registers(world)
    assert ours == before[0] | {2: ours[2]} and list(theirs) == [2] and theirs[2]["city"] == "Marstal"
    journey.axe(journey.page)
