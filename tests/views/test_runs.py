"""Plans with an address of their own, runs with their progress, the history, and taking a run back."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.apps import app_over
from tests.page import Page
from tests.spreadsheet import cells_of
from tests.views.synced import Synced, pieces
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import Run, RunItem
from webapp.sync import runs


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


def plan(synced: Synced, kind: str = "create_theirs", **form: Any) -> tuple[Run, Page]:
    """What "Opret partnere" leads to."""
    answer = synced.admin.post(f"/runs/plans/{kind}", form)
    assert answer.status_code == 303, answer.text
    run = Run.select().order_by(Run.id.desc()).get()
    assert answer.location == f"/runs/{run.id}"
    return run, synced.admin.page(answer.location)


def start(synced: Synced, run: Run, page: Page, **form: Any) -> TestResponse:
    return synced.admin.post(f"/runs/{run.id}/start", {"seal": page.field("seal")} | form)


def ran(synced: Synced, kind: str = "create_theirs", confirm: str = "", **form: Any) -> Run:
    run, page = plan(synced, kind, **form)
    assert start(synced, run, page, confirm=confirm).status_code == 303
    synced.drain(2000)
    return Run.get_by_id(run.id)


# -- the plan


def test_a_plan_has_an_address_of_its_own_and_changes_nothing(synced: Synced) -> None:
    synced.ours(2001, "Første ApS")
    synced.ours(2002, "Anden ApS")
    _run, page = plan(synced)
    assert "Opret partnere i e-conomic" in page.source and "2 kunder i planen." in page.source
    assert "Første ApS" in page.source and 2001 not in synced.economic.customers


def test_a_run_that_ends_while_a_plan_is_drawn_disturbs_nobody(synced: Synced, monkeypatch: pytest.MonkeyPatch) -> None:
    synced.ours(2001, "Første ApS")
    run, _page = plan(synced)
    ending = iter([Run(id=run.id + 1)])
    monkeypatch.setattr(Run, "current", lambda _: next(ending, None))
    assert "En anden kørsel er i gang." in synced.admin.page(f"/runs/{run.id}").source


def test_a_plan_tells_its_calls_and_how_long_they_take(synced: Synced) -> None:
    for number in range(2001, 2005):
        synced.ours(number, f"Kunde {number}")
    _run, page = plan(synced)
    assert re.search(r"Kald til e-conomic</dt><dd>4<", page.source) and "Varer omkring" in page.source


def test_each_field_stands_with_what_it_was_and_becomes(synced: Synced) -> None:
    synced.ours(2001, "Første ApS", phone="66 10 00 14")
    _run, page = plan(synced)
    assert re.search(r"<td>Telefon</td><td[^>]*>e-conomic</td><td[^>]*><b>66 10 00 14</b>", page.source)


def test_a_taken_number_gets_the_next_free_and_is_marked(synced: Synced) -> None:
    synced.fetched(2001, "Deres Egen Kunde")
    synced.ours(2001, "Vores ApS")
    assert "Nyt nummer 2002" in plan(synced)[1].source


def test_other_choices_draw_the_plan_anew_under_the_same_address(synced: Synced) -> None:
    synced.fetched(100, "Deres Egen Kunde")
    synced.ours(2001, "Vores ApS")
    run, _page = plan(synced)
    synced.admin.post(f"/runs/{run.id}/choices", {"rule": "next"})
    assert "Nyt nummer 101" in synced.admin.page(f"/runs/{run.id}").source


def test_a_plan_is_shown_fifty_at_a_time(synced: Synced) -> None:
    for number in range(1, 54):
        synced.ours(number, f"Kunde {number}")
    run, page = plan(synced)
    second = synced.admin.page(f"/runs/{run.id}?page=2").source
    assert page.source.count("run-item") == 50 and second.count("run-item") == 3 and "Side 2 af 2" in second


def test_a_lookalike_is_held_back_unless_ticked(synced: Synced) -> None:
    synced.fetched(3001, "Havnens Tandklinik")
    synced.ours(2001, "Havnens Tandklinik ApS")
    run, page = plan(synced)
    assert "Ligner Havnens Tandklinik (3001), der allerede findes." in page.source
    assert start(synced, run, page).status_code == 422
    start(synced, run, page, also=page.one("input", type="checkbox").attrs["value"])
    synced.drain()
    assert synced.stored(2001)["name"] == "Havnens Tandklinik ApS"


def test_what_economic_would_refuse_is_told_beforehand(synced: Synced) -> None:
    Connection.update(default_vat_zone="").execute()
    synced.ours(2001, "Vores ApS", customer_group="99")
    page = plan(synced)[1].source
    assert "e-conomic vil afvise kunden" in page and "Momsområde" in page and "”99” findes ikke i e-conomic" in page


def test_an_unknown_kind_is_not_found(synced: Synced) -> None:
    assert synced.admin.post("/runs/plans/nonsense").status_code == 404


def test_the_picked_rows_are_planned(synced: Synced) -> None:
    synced.ours(2001, "Første ApS")
    two = synced.ours(2002, "Anden ApS")
    run, _page = plan(synced, place=str(synced.place(customer=two).id))
    assert [item.customer_id for item in RunItem.of(run)] == [two.id]


def test_switching_everybody_off_is_refused(synced: Synced) -> None:
    synced.ours(2001, "Første ApS")
    assert synced.admin.post("/runs/plans/exclude").status_code == 400 and not Run.select().count()


def test_a_plan_in_which_everybody_is_held_back_has_nothing_to_apply(synced: Synced) -> None:
    Connection.update(default_vat_zone="").execute()
    synced.ours(2001, "Vores ApS", customer_group="99")
    page = plan(synced)[1].source
    assert "Der er intet at gøre" in page and "Indsend" not in page and "Læg planen væk" in page


def test_a_plan_that_waits_for_ticks_says_so_and_shows_its_button_with_the_first(synced: Synced) -> None:
    synced.fetched(3001, "Havnens Tandklinik")
    synced.ours(2001, "Havnens Tandklinik ApS")
    page = plan(synced)[1]
    assert "Sæt hak ved dem, der skal med." in page.source
    assert [b.text for b in page.all("button", class_="btn btn-primary when-ticked")] == ["Indsend"]


# -- approving and applying


def test_applying_makes_what_was_shown_and_nobody_who_came_meanwhile(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    run, page = plan(synced)
    synced.ours(2002, "Ny Imens ApS")
    start(synced, run, page)
    synced.drain()
    assert 2001 in synced.economic.customers and 2002 not in synced.economic.customers


def test_a_plan_that_was_made_anew_meanwhile_is_shown_again(synced: Synced) -> None:
    synced.fetched(100, "Deres Egen Kunde")
    synced.ours(2001, "Vores ApS")
    run, page = plan(synced)
    synced.admin.post(f"/runs/{run.id}/choices", {"rule": "next"})
    answer = start(synced, run, page)
    assert answer.status_code == 422 and "Planen er lavet om" in answer.text and Run.get_by_id(run.id).is_planned


def test_a_colleague_may_look_at_a_plan_and_not_apply_it(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    run, page = plan(synced)
    seen = synced.inspector.page(f"/runs/{run.id}").source
    assert "Vores ApS" in seen and "Indsend</button>" not in seen
    assert synced.inspector.post(f"/runs/{run.id}/start", {"seal": page.field("seal")}).status_code == 403


def test_the_page_names_who_made_the_plan_and_who_applied_it(synced: Synced) -> None:
    from tests.people import Browser, person

    synced.ours(2001, "Vores ApS")
    run, page = plan(synced)
    dorte = Browser.of(synced.flask, person(synced.company, "Dorte"))
    dorte.post(f"/runs/{run.id}/start", {"seal": page.field("seal")})
    shown = synced.admin.page(f"/runs/{run.id}").source
    assert "Startet af Dorte" in shown and "Planen er lavet af Alice." in shown


def test_a_plan_that_is_put_away_cannot_be_applied(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    run, page = plan(synced)
    synced.admin.post(f"/runs/{run.id}/cancellation", {"plan": "1"})
    assert start(synced, run, page).status_code == 422
    synced.drain()
    assert 2001 not in synced.economic.customers


def test_those_that_were_changed_meanwhile_get_a_plan_of_their_own(synced: Synced) -> None:
    customer = synced.ours(2001, "Vores ApS")
    synced.ours(2002, "Anden ApS")
    run, page = plan(synced)
    synced.save(customer, city="Odense")
    start(synced, run, page)
    synced.drain()
    told = synced.admin.page(f"/runs/{run.id}").source
    assert "1 kunde er ikke med, for noget blev ændret, efter planen blev vist." in told
    again = synced.admin.post(f"/runs/{run.id}/again").location
    assert "Vores ApS" in synced.admin.page(again).source


# -- the run


def test_the_run_makes_all_of_them_there(synced: Synced) -> None:
    for number in range(2001, 2026):
        synced.ours(number, f"Kunde {number}")
    ran(synced)
    assert set(range(2001, 2026)) <= synced.economic.customers.keys()


def test_the_run_makes_all_of_them_here(synced: Synced) -> None:
    for number in range(1, 61):
        synced.theirs(number, f"Kunde {number}")
    synced.compare()
    ran(synced, "create_ours")
    assert [c.number for c in Customer.of(synced.company).order_by(Customer.number)] == list(range(1, 61))


def test_pairs_that_are_picked_are_paired_as_chosen(synced: Synced) -> None:
    ours = synced.ours(2001, "Vores ApS", city="Odense")
    mirror = synced.fetched(3001, "Deres ApS", city="Marstal")
    run = ran(synced, "pair", pair=f"{ours.id}-{mirror.id}", names="theirs")
    assert run.done == 1 and Customer.get_by_id(ours.id).city == "Marstal" and Pairing.of_mirror(mirror)


def started(synced: Synced) -> Run:
    synced.ours(2001, "Vores ApS")
    run, page = plan(synced)
    start(synced, run, page)
    return run


def test_of_one_that_was_not_taken_back_nothing_is_said_to_become(synced: Synced) -> None:
    ours, mirror = synced.ours(2001, "Vores ApS"), synced.fetched(3001, "Deres ApS")
    run = ran(synced, "pair", pair=f"{ours.id}-{mirror.id}", names="theirs")
    back = synced.admin.post(f"/runs/{run.id}/undo").location
    assert "Parringen ophæves." in synced.admin.page(back).source
    RunItem.update(state="failed", reason="moved").where(RunItem.run != run).execute()
    assert "Parringen ophæves." not in synced.admin.page(f"{back}?show=failed").source


def test_the_window_shows_the_run_after_a_reload(synced: Synced) -> None:
    run = started(synced)
    assert f'id="run-{run.id}"' in synced.admin.page("/sync").source


def test_at_its_end_the_bar_stops_asking_and_the_rows_are_drawn_anew(synced: Synced) -> None:
    run = started(synced)
    assert "#rows" not in pieces(synced.admin.get(f"/runs/{run.id}/progress", piece=True))
    synced.drain()
    found = pieces(synced.admin.get(f"/runs/{run.id}/progress", piece=True))
    bar = found[f"#run-{run.id}"][0][1]
    assert "#rows" in found and "every" not in bar and "Færdig" in bar


def test_where_nobody_failed_there_is_no_way_to_the_failed(synced: Synced) -> None:
    run = started(synced)
    synced.drain()
    assert "show=failed" not in synced.admin.page(f"/runs/{run.id}").source


def test_one_that_the_connection_may_not_make_is_told_why(synced: Synced) -> None:
    run = started(synced)
    synced.drain()
    RunItem.update(state="failed", reason="forbidden").where(RunItem.run == run).execute()
    html = synced.admin.page(f"/runs/{run.id}?show=failed").source
    assert "Forbindelsen må ikke ændre kunden i e-conomic." in html and "Kan ikke gøres:" not in html


def test_one_that_is_refused_stands_with_its_reason_and_stops_nobody(synced: Synced) -> None:
    for number in (2001, 2002, 2003):
        synced.ours(number, f"Kunde {number}")
    run, page = plan(synced)
    synced.theirs(2002, "Kom Først ApS")
    start(synced, run, page)
    synced.drain()
    html = synced.admin.page(f"/runs/{run.id}").source
    assert "Kundenummeret er taget af en anden i e-conomic." in html and 'title="Kunde 2002"' in html
    assert {2001, 2003} <= synced.economic.customers.keys()


def test_a_finished_run_tells_who_is_still_on_the_way(synced: Synced) -> None:
    ours, mirror = synced.ours(2001, "Vores ApS", phone="66 10 00 25"), synced.fetched(2001, "Vores ApS")
    run, page = plan(synced, "pair", pair=f"{ours.id}-{mirror.id}")
    synced.sandbox.faults.always(method="PUT")
    start(synced, run, page)
    synced.worker.round()
    assert "1 kunde er stadig på vej til e-conomic." in synced.admin.page(f"/runs/{run.id}").source
    synced.sandbox.faults.clear()
    synced.clock.sleep(3600)
    synced.drain()
    assert "stadig på vej" not in synced.admin.page(f"/runs/{run.id}").source


def test_a_paused_run_says_so_and_goes_on_when_told(synced: Synced) -> None:
    run = started(synced)
    assert "Holder pause" in synced.admin.post(f"/runs/{run.id}/pause", piece=True).text
    assert "går først videre" in synced.admin.page(f"/runs/{run.id}").source
    synced.drain()
    assert 2001 not in synced.economic.customers
    synced.admin.post(f"/runs/{run.id}/resume", piece=True)
    synced.drain()
    assert 2001 in synced.economic.customers


def test_a_run_under_way_tells_its_speed_and_the_time_left(synced: Synced) -> None:
    for number in range(2001, 2061):
        synced.ours(number, f"Kunde {number}")
    run, page = plan(synced)
    start(synced, run, page)
    for _ in range(3):
        synced.worker.turns(synced.connection, 12)
        synced.clock.sleep(2)
    bar = synced.admin.get(f"/runs/{run.id}/progress?page=1", piece=True).text
    assert "pr. sekund" in bar and "tilbage" in bar
    assert re.search(r"Oprettet</dt><dd><a [^>]*>[1-9]", bar) and "Tilbage</dt><dd>60<" not in bar
    synced.drain()


def test_stopped_it_makes_no_more(synced: Synced) -> None:
    run = started(synced)
    assert "Stoppet" in synced.admin.post(f"/runs/{run.id}/cancellation", piece=True).text
    synced.drain()
    assert 2001 not in synced.economic.customers


@pytest.mark.parametrize("button", ["pause", "resume", "cancellation"])
def test_a_button_on_an_old_page_of_a_finished_run_says_that_nothing_was_changed(synced: Synced, button: str) -> None:
    run = started(synced)
    synced.drain()
    said = synced.admin.post(f"/runs/{run.id}/{button}", piece=True).text
    assert "Intet er ændret" in said and synced.fresh(run).state == "done"


def test_putting_a_plan_away_on_an_old_page_stops_no_run(synced: Synced) -> None:
    run = started(synced)
    answer = synced.admin.post(f"/runs/{run.id}/cancellation", {"plan": "1"})
    assert answer.location == f"/runs/{run.id}"
    synced.drain()
    assert 2001 in synced.economic.customers


def test_an_inspector_sees_the_run_and_cannot_stop_it(synced: Synced) -> None:
    run = started(synced)
    assert "Stop</button>" not in synced.inspector.page(f"/runs/{run.id}").source
    assert synced.inspector.post(f"/runs/{run.id}/cancellation").status_code == 403


def test_another_companys_run_is_not_found(synced: Synced) -> None:
    run = Run.create(company=synced.company, connection=synced.connection, kind="create_ours")
    for address in ("", "/progress"):
        assert synced.outsider.get(f"/runs/{run.id}{address}").status_code == 404
    run.delete_instance()


def test_hundreds_are_planned_and_made(synced: Synced) -> None:
    for number in range(1, 201):
        synced.theirs(number, f"Kunde {number}")
    synced.compare()
    ran(synced, "create_ours")
    assert Customer.of(synced.company).count() == Mirror.of(synced.connection).count() == 200


# -- the history, and back


def test_the_history_tells_who_did_what_with_counts_that_lead_to_the_changes(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    run = ran(synced)
    shown = synced.inspector.page("/runs").source
    assert "Opret partnere i e-conomic" in shown and "Alice" in shown and f"/runs/{run.id}?show=done#items" in shown
    assert "<td>Navn</td>" in synced.inspector.page(f"/runs/{run.id}?show=done").source


def test_a_plan_with_nobody_in_it_is_not_listed(synced: Synced) -> None:
    Connection.update(default_vat_zone="").execute()
    synced.ours(2001, "Vores ApS", customer_group="99")
    run, _page = plan(synced)
    assert f"/runs/{run.id}" not in synced.admin.page("/runs").source


def test_a_plan_that_waits_for_ticks_is_listed(synced: Synced) -> None:
    synced.fetched(3001, "Havnens Tandklinik")
    synced.ours(2001, "Havnens Tandklinik ApS")
    run, _page = plan(synced)
    assert f"/runs/{run.id}" in synced.admin.page("/runs").source


def test_what_was_chosen_and_not_yet_shown_is_shown_before_anything_is_done(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    run, page = plan(synced)
    answer = start(synced, run, page, rule="next")
    assert answer.status_code == 422 and "Du har valgt noget andet, end planen viste." in answer.text
    assert Run.get_by_id(run.id).is_planned and Page(answer.text).field("rule") == "next"
    assert start(synced, run, Page(answer.text), rule="next").status_code == 303


def test_a_plan_of_pairs_tells_which_fields_stay_different(synced: Synced) -> None:
    synced.ours(2001, "Havnens Tandklinik ApS", cvr="12345678", phone="66 10 00 25")
    synced.fetched(2001, "Havnens Tandklinik", corporateIdentificationNumber="12345678")
    run, page = plan(synced, "pair")
    assert "Bliver ved med at være forskellige: Navn." in page.source
    synced.admin.post(f"/runs/{run.id}/choices", {"names": "ours"})
    assert "være forskellige" not in synced.admin.page(f"/runs/{run.id}").source


def test_a_plan_is_taken_away_with_each_field_old_and_new(synced: Synced) -> None:
    synced.ours(2001, "Havnens Tandklinik ApS", phone="66 10 00 25", cvr="12345678")
    synced.fetched(2001, "Havnens Tandklinik ApS", corporateIdentificationNumber="12345678")
    _run, page = plan(synced, "pair")
    address = next(link.attrs["href"] for link in page.all("a") if link.text == "CSV")
    lines = synced.admin.get(address).text.splitlines()
    assert lines[0] == "\ufeffKundenr.;Navn;Tilstand;Bemærkning;Felt;Hvor;Før;Efter"
    assert "2001;Havnens Tandklinik ApS;Parres;;Telefon;e-conomic;;66 10 00 25" in lines
    assert synced.admin.get(address.replace("csv", "xlsx")).data.startswith(b"PK")
    assert synced.outsider.get(address).status_code == 404


def test_the_list_of_a_run_calls_a_choice_by_its_name_as_the_page_does(synced: Synced) -> None:
    synced.ours(2001, "Første ApS", customer_group="1")
    run, page = plan(synced)
    assert re.search(r"<td>Kundegruppe</td><td[^>]*>e-conomic</td><td[^>]*><b>Danske</b>", page.source)
    assert ";Kundegruppe;e-conomic;;Danske" in synced.admin.get(f"/runs/{run.id}/list.csv").text
    cells = cells_of(synced.admin.get(f"/runs/{run.id}/list.xlsx").data)
    assert cells[cells.index("Kundegruppe") :][:3] == ["Kundegruppe", "e-conomic", "Danske"]


def test_the_list_of_runs_is_taken_away_with_who_and_when(synced: Synced) -> None:
    synced.ours(2001, "Første ApS")
    run = ran(synced)
    address = next(link.attrs["href"] for link in synced.admin.page("/runs").all("a") if link.text == "CSV")
    lines = synced.admin.get(address).text.splitlines()
    assert lines[0] == "\ufeffNr.;Kørsel;Tilstand;Lavet;Lavet af;Udført af;Sluttet;Kunder;Udført;Fejlet"
    assert lines[1].startswith(f"{run.id};Opret partnere i e-conomic;Færdig;") and lines[1].endswith(";1;1;0")
    assert lines[1].split(";")[4:6] == ["Alice", "Alice"] and run.kind not in lines[1]
    assert len(synced.outsider.get(address).text.splitlines()) == 1


def test_a_plans_address_can_be_copied_or_sent(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    run, page = plan(synced)
    copied = page.one("button", type="button").attrs["data-copy"]
    assert page.one("span", id=copied).text.endswith(f"/runs/{run.id}") and "mailto:" in page.source


def test_who_is_held_back_and_may_come_along_is_told_how(synced: Synced) -> None:
    synced.fetched(3001, "Havnens Tandklinik")
    synced.ours(2001, "Havnens Tandklinik ApS")
    run, _page = plan(synced)
    assert "der skal med alligevel" in synced.admin.page(f"/runs/{run.id}?show=held").source


def test_the_way_back_is_the_same_as_on_the_windows_other_pages(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    _run, page = plan(synced)
    crumbs = [synced.admin.page(address).one("p", class_="crumb") for address in ("/sync/causes", "/runs")]
    assert [" ".join(crumb.text.split()) for crumb in crumbs] == ["Synkronisering", "Synkronisering"]
    assert " ".join(page.one("p", class_="crumb").text.split()) == "Synkronisering › Kørsler"


def test_another_company_has_a_history_of_its_own(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    run = ran(synced)
    assert f"/runs/{run.id}" not in synced.outsider.page("/runs").source


def test_the_window_and_the_settings_lead_to_the_history(synced: Synced) -> None:
    for address in ("/sync", "/settings/integrations"):
        assert 'href="/runs"' in synced.admin.page(address).source


def test_a_run_is_taken_back_after_its_plan_was_shown(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    run = ran(synced)
    back = synced.admin.post(f"/runs/{run.id}/undo").location
    page = synced.admin.page(back)
    assert "Fortryd: opret partnere i e-conomic" in page.source and "Slettes i e-conomic" in page.source
    assert 2001 in synced.economic.customers
    assert "Sæt hak" in synced.admin.post(f"{back}/start", {"seal": page.field("seal")}).text
    synced.admin.post(f"{back}/start", {"seal": page.field("seal"), "confirm": "delete"})
    synced.drain()
    assert (
        2001 not in synced.economic.customers and "Kørslen blev fortrudt" in synced.admin.page(f"/runs/{run.id}").source
    )


def taken_back(synced: Synced, run: Run) -> str:
    """The run's page after it was taken back."""
    back = synced.admin.post(f"/runs/{run.id}/undo").location
    synced.admin.post(f"{back}/start", {"seal": synced.admin.page(back).field("seal"), "confirm": "delete"})
    synced.drain()
    return synced.admin.page(f"/runs/{run.id}").source


def test_a_run_that_was_not_wholly_taken_back_says_how_many_were(synced: Synced) -> None:
    for number in (2001, 2002, 2003):
        synced.ours(number, f"Kunde {number}")
    run = ran(synced)
    synced.economic.delete(2002)
    synced.look(2002)
    assert "2 af 3 blev fortrudt</a>" in taken_back(synced, run)


def test_a_run_of_which_something_stays_says_so(synced: Synced) -> None:
    for number in (2001, 2002):
        synced.ours(number, f"Kunde {number}")
    run = ran(synced)
    synced.economic.edit(2002, website="www.eksempel.dk")
    synced.look(2002)
    assert "2 af 2 blev fortrudt, heraf 1 ikke helt</a>" in taken_back(synced, run)


def test_a_run_that_is_being_taken_back_says_so(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    run = ran(synced)
    back = synced.admin.post(f"/runs/{run.id}/undo").location
    synced.admin.post(f"{back}/start", {"seal": synced.admin.page(back).field("seal"), "confirm": "delete"})
    assert "Kørslen bliver fortrudt nu" in synced.admin.page(f"/runs/{run.id}").source
    synced.drain()


def test_a_run_with_a_plan_that_takes_it_back_leads_to_that_plan(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    run = ran(synced)
    back = synced.admin.post(f"/runs/{run.id}/undo").location
    shown = synced.admin.page(f"/runs/{run.id}")
    assert "Fortryd kørslen" not in shown.source and shown.one("a", class_="btn btn-plain push").attrs["href"] == back
    assert synced.admin.post(f"/runs/{run.id}/undo").location == back and Run.select().count() == 2
    synced.admin.post(f"{back}/cancellation", {"plan": "1"})
    assert "Fortryd kørslen" in synced.admin.page(f"/runs/{run.id}").source


def test_what_cannot_come_back_is_told_before_it_starts(synced: Synced) -> None:
    synced.theirs(1, "Deres ApS")
    synced.compare()
    run = ran(synced, "create_ours")
    synced.save(Customer.get(Customer.number == 1), phone="66 10 00 14")
    synced.drain()
    back = synced.admin.post(f"/runs/{run.id}/undo").location
    page = synced.admin.page(f"{back}?show=partly").source
    assert "Bliver, for det er ændret siden: Telefon." in page and "Kommer ikke helt tilbage 1" in page


def test_a_plan_that_takes_a_run_back_knows_no_choices(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    back = synced.admin.post(f"/runs/{ran(synced).id}/undo").location
    seal = synced.admin.page(back).field("seal")
    given = {"seal": seal, "of": "delete", "confirm": "delete"}
    assert synced.admin.post(f"{back}/start", given).status_code == 303


def test_a_run_that_was_taken_back_is_not_taken_back_again(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    run = ran(synced)
    taken_back(synced, run)
    assert synced.admin.post(f"/runs/{run.id}/undo").status_code == 409


def stopped_undo(synced: Synced, run: Run) -> str:
    """The run's page after an undo of it was stopped with its first customers under way."""
    back = synced.admin.post(f"/runs/{run.id}/undo").location
    synced.admin.post(f"{back}/start", {"seal": synced.admin.page(back).field("seal"), "confirm": "delete"})
    synced.worker.turns(synced.connection, 1)
    synced.admin.post(f"{back}/cancellation")
    synced.drain()
    return synced.admin.page(f"/runs/{run.id}").source


def test_a_run_wholly_taken_back_by_an_undo_that_was_stopped_offers_no_other(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    run = ran(synced)
    page = stopped_undo(synced, run)
    assert "Kørslen blev fortrudt" in page and "Fortryd kørslen" not in page
    assert synced.admin.post(f"/runs/{run.id}/undo").status_code == 409


def test_a_run_taken_back_in_parts_says_that_nothing_of_it_stands(
    synced: Synced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "AT_ONCE", 1)
    for number in (2001, 2002):
        synced.ours(number, f"Kunde {number}")
    run = ran(synced)
    assert "Fortryd kørslen" in stopped_undo(synced, run)
    page = stopped_undo(synced, run)
    assert page.count("1 af 2 blev fortrudt") == 2 and "Alt, hvad kørslen gjorde, er fortrudt." in page
    assert "Fortryd kørslen" not in page


def test_who_signs_an_undo_signs_for_those_only_that_are_deleted(synced: Synced) -> None:
    for number in (2001, 2002):
        synced.ours(number, f"Kunde {number}")
    run = ran(synced)
    synced.economic.edit(2002, website="www.eksempel.dk")
    synced.look(2002)
    back = synced.admin.post(f"/runs/{run.id}/undo").location
    assert "vil slette 1 kunde i e-conomic." in synced.admin.page(back).source


@pytest.mark.parametrize("address, mark", [("/customers", "page"), ("/sync", "true"), ("/runs", "true")])
def test_the_main_menu_says_where_one_is_and_claims_no_other_page(synced: Synced, address: str, mark: str) -> None:
    page = synced.admin.page(address)
    assert page.all("a", aria_current=mark)[0].attrs["href"] == "/customers"
