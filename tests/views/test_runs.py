""" "Opret partnere": the plan, the run with its progress, Stop, and the result with those that failed."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.apps import app_over
from tests.page import Page
from tests.views.synced import Synced, pieces, world_in
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.run import Run


@pytest.fixture
def app(database: str) -> Iterator[Flask]:
    yield from app_over(database)


@pytest.fixture
def synced(app: Flask) -> Iterator[Synced]:
    yield from world_in(app)


def plan(synced: Synced, side: str = "ours", rule: str = "same") -> Page:
    return synced.admin.page(f"/runs/new/{side}?rule={rule}", piece=True)


def send(synced: Synced, page: Page, side: str = "ours", *, piece: bool = True, **more: object) -> TestResponse:
    form = {"rule": page.field("rule"), "seen": page.field("seen")} | more
    return synced.admin.post(f"/runs/new/{side}", form, piece=piece)


def numbers(page: Page) -> list[tuple[str, str]]:
    rows = re.findall(r"<tr><td>(\d+)</td><td>(?:<b>)?(\d+)", page.source)
    return [(now, there) for now, there in rows]


def test_the_plan_shows_every_customer_and_changes_nothing(synced: Synced) -> None:
    synced.ours(2001, "Første ApS")
    synced.ours(2002, "Anden ApS")
    page = plan(synced)
    assert numbers(page) == [("2001", "2001"), ("2002", "2002")] and "2 kunder oprettes i e-conomic." in page.source
    assert Run.select().count() == 0


def test_a_taken_number_gets_the_next_free_and_is_marked(synced: Synced) -> None:
    synced.fetched(2001, "Deres Egen Kunde")
    synced.ours(2001, "Vores ApS")
    page = plan(synced)
    assert numbers(page) == [("2001", "2002")] and "Nyt nummer" in page.source
    assert "0 beholder deres nummer, 1 får et nyt" in page.source


def test_always_the_next_free_numbers_anew(synced: Synced) -> None:
    synced.fetched(100, "Deres Egen Kunde")
    synced.ours(2001, "Vores ApS")
    assert numbers(plan(synced, rule="next")) == [("2001", "101")]


def test_a_rule_that_is_none_is_refused(synced: Synced) -> None:
    assert synced.admin.get("/runs/new/ours?rule=nonsense").status_code == 400


def test_at_most_a_hundred_are_drawn_and_the_rest_counted(synced: Synced) -> None:
    for number in range(1, 104):
        synced.ours(number, f"Kunde {number}")
    page = plan(synced)
    assert len(numbers(page)) == 100 and "og 3 flere" in page.source and "103 kunder oprettes" in page.source


def test_a_lookalike_is_held_back_unless_ticked(synced: Synced) -> None:
    synced.fetched(3001, "Havnens Tandklinik")
    customer = synced.ours(2001, "Havnens Tandklinik ApS")
    page = plan(synced)
    assert "ligner Havnens Tandklinik (3001)" in page.source
    assert page.one("input", type="checkbox").attrs["value"] == str(customer.id)
    assert send(synced, page).status_code == 422
    send(synced, page, also=str(customer.id))
    synced.drain()
    assert synced.stored(2001)["name"] == "Havnens Tandklinik ApS"


def test_those_that_lack_something_are_listed_with_what(synced: Synced) -> None:
    Connection.update(default_vat_zone="").execute()
    customer = synced.ours(2001, "Vores ApS")
    page = plan(synced)
    assert "Mangler: Momsområde" in page.source and f"/customers/{customer.id}/edit" in page.source
    assert "0 kunder oprettes" in page.source


def test_indsend_starts_a_run_and_shows_its_progress(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    answer = send(synced, plan(synced))
    run = Run.get()
    bar = pieces(answer)["#run"][0][1]
    assert answer.headers["HX-Trigger"] == "close-dialog"
    assert f"/runs/{run.id}/progress" in bar and "0 af 1" in bar and "Stop" in bar


def test_the_run_makes_all_of_them_there(synced: Synced) -> None:
    for number in range(2001, 2026):
        synced.ours(number, f"Kunde {number}")
    send(synced, plan(synced))
    synced.drain()
    assert set(range(2001, 2026)) <= synced.economic.customers.keys()
    assert Customer.of(synced.company).count() == 25


def test_the_run_makes_all_of_them_here(synced: Synced) -> None:
    for number in range(1, 61):
        synced.theirs(number, f"Kunde {number}")
    synced.compare()
    send(synced, plan(synced, "theirs"), "theirs")
    synced.drain()
    assert [c.number for c in Customer.of(synced.company).order_by(Customer.number)] == list(range(1, 61))


def test_a_customer_that_came_meanwhile_is_not_made_unseen(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    page = plan(synced)
    synced.ours(2002, "Ny Imens ApS")
    answer = send(synced, page)
    assert answer.status_code == 422 and "efter planen blev vist" in answer.text and "Ny Imens ApS" in answer.text
    assert Run.select().count() == 0


def test_the_window_shows_the_run_after_a_reload(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    send(synced, plan(synced))
    assert f'id="run-{Run.get().id}"' in synced.admin.page("/sync").source


def test_at_its_end_the_bar_stops_asking_and_the_rows_are_drawn_anew(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    send(synced, plan(synced))
    run = Run.get()
    assert "#rows" not in pieces(synced.admin.get(f"/runs/{run.id}/progress", piece=True))
    synced.drain()
    found = pieces(synced.admin.get(f"/runs/{run.id}/progress", piece=True))
    assert (
        "#rows" in found and "every" not in found[f"#run-{run.id}"][0][1] and "Færdig" in found[f"#run-{run.id}"][0][1]
    )


def test_one_that_is_refused_stands_with_its_reason_and_stops_nobody(synced: Synced) -> None:
    for number in (2001, 2002, 2003):
        synced.ours(number, f"Kunde {number}")
    page = plan(synced)
    synced.theirs(2002, "Kom Først ApS")
    send(synced, page)
    synced.drain()
    html = synced.admin.page(f"/runs/{Run.get().id}").source
    assert "Kundenummeret er taget af en anden i e-conomic." in html and 'title="Kunde 2002"' in html
    assert {2001, 2003} <= synced.economic.customers.keys()


def test_stopped_it_makes_no_more(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    send(synced, plan(synced))
    answer = synced.admin.post(f"/runs/{Run.get().id}/cancellation", piece=True)
    assert "Stoppet" in answer.text
    synced.drain()
    assert 2001 not in synced.economic.customers


def test_without_script_indsend_leads_to_the_runs_page(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    answer = send(synced, plan(synced), piece=False)
    run = Run.get()
    assert (answer.status_code, answer.location) == (303, f"/runs/{run.id}")
    assert "0 af 1" in synced.admin.page(f"/runs/{run.id}").source


def test_an_inspector_sees_the_run_and_cannot_stop_it(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    send(synced, plan(synced))
    run = Run.get()
    assert "Stop</button>" not in synced.inspector.page(f"/runs/{run.id}").source
    assert synced.inspector.post(f"/runs/{run.id}/cancellation").status_code == 403


def test_another_companys_run_is_not_found(synced: Synced) -> None:
    run = Run.create(company=synced.company, connection=synced.connection, kind="create_ours")
    for address in ("", "/progress"):
        assert synced.outsider.get(f"/runs/{run.id}{address}").status_code == 404


def test_a_thousand_are_planned_and_made(synced: Synced) -> None:
    for number in range(1, 1001):
        synced.theirs(number, f"Kunde {number}")
    synced.compare()
    page = plan(synced, "theirs")
    assert "1.000 kunder oprettes i CleanManager." in page.source
    send(synced, page, "theirs")
    synced.drain(2000)
    assert Customer.of(synced.company).count() == Mirror.of(synced.connection).count() == 1000
