"""Deleting many pairs: ticked in the window, seen and signed on the plan, and what is said of those that stay."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.apps import app_over
from tests.views.synced import Synced
from tests.views.test_runs import plan, ran, start
from webapp.models.customer import Customer
from webapp.models.run import RunItem
from webapp.sync import runs
from webapp.sync.runs_plan import Selection


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


def test_pairs_can_be_ticked_and_deleted(synced: Synced) -> None:
    synced.pair_same(1041)
    synced.gone_there(1042)
    html = synced.admin.page("/sync").source
    for section in ("paired", "deleted"):
        assert html.count(f'form="picked-{section}" name="place"') == 1
    assert html.count('formaction="/runs/plans/delete"') == 2
    assert "/runs/plans/delete" not in synced.inspector.page("/sync").source


def test_a_deletion_tells_first_what_is_lost_and_asks_for_a_name(synced: Synced) -> None:
    pair = synced.pair_same(1041)
    run, page = plan(synced, "delete", place=str(synced.place(customer=pair.customer).id))
    for said in (
        "Slet kunder",
        "Før du sletter",
        "Jeg, Alice, har set planen",
        "<del>Havnens Tandklinik ApS</del>",
    ):
        assert said in page.source
    refused = start(synced, run, page)
    assert refused.status_code == 422 and "Sæt hak nederst ved, at der skal slettes" in refused.text
    start(synced, run, page, confirm="delete")
    synced.drain()
    assert not synced.economic.customers and not Customer.of(synced.company).count()


def test_a_plan_for_those_that_are_left_on_one_side_names_it_and_offers_no_other(synced: Synced) -> None:
    pair = synced.gone_there(1041)
    page = plan(synced, "delete", place=str(synced.place(customer=pair.customer).id))[1]
    assert "Der slettes: <b>Kun i CleanManager</b>" in page.source and not page.all("select")
    assert "Kan fortrydes i 30 dage." in page.source


def test_what_was_deleted_here_before_is_deleted_there_for_good_and_the_plan_says_so(synced: Synced) -> None:
    pair = synced.pair_same(1041)
    place = synced.place(customer=pair.customer).id
    synced.admin.post(f"/customers/{pair.customer_id}/removal")
    page = plan(synced, "delete", place=str(place))[1].source
    assert "Der slettes: <b>Kun i e-conomic</b>" in page and "Kan fortrydes i 30 dage." not in page
    assert "så sletningen i e-conomic kan ikke fortrydes." in page


@pytest.mark.parametrize(("numbers", "word"), [([1041], "Slet kunden"), ([1041, 1042], "Slet kunderne")])
def test_the_button_says_how_many_are_deleted(synced: Synced, numbers: list[int], word: str) -> None:
    pairs = [synced.pair_same(number, f"Kunde {number}") for number in numbers]
    page = plan(synced, "delete", place=[str(synced.place(customer=pair.customer).id) for pair in pairs])[1]
    assert page.one("button", class_="btn btn-plain btn-bad").text == word


def test_nobody_is_deleted_without_being_picked(synced: Synced) -> None:
    synced.pair_same(1041)
    answer = synced.admin.post("/runs/plans/delete")
    assert answer.status_code == 400 and "Vælg de kunder, der skal slettes." in answer.text


def test_deleting_more_than_the_brake_lets_pass_says_so(synced: Synced) -> None:
    pairs = [synced.pair_same(number, f"Kunde {number}") for number in range(1, 6)]
    places = [str(synced.place(customer=pair.customer).id) for pair in pairs]
    assert "Så mange sletninger på én gang" not in plan(synced, "delete", place=places[:3])[1].source
    assert "Så mange sletninger på én gang" in plan(synced, "delete", place=places)[1].source


def test_only_an_administrator_of_the_company_deletes(synced: Synced) -> None:
    pair = synced.pair_same(1041)
    form = {"place": str(synced.place(customer=pair.customer).id)}
    run, page = plan(synced, "delete", **form)
    assert synced.inspector.post("/runs/plans/delete", form).status_code == 403
    given = {"seal": page.field("seal"), "confirm": "delete"}
    assert synced.inspector.post(f"/runs/{run.id}/start", given).status_code == 403
    assert synced.outsider.post(f"/runs/{run.id}/start", given).status_code == 404
    assert 1041 in synced.economic.customers


def test_another_companys_rows_are_nobody_in_a_plan(synced: Synced) -> None:
    pair = synced.pair_same(1041)
    other = synced.connect_another("Andre", synced.sandbox.add_agreement(99, "Andre"))
    picked = Selection(places=(synced.place(customer=pair.customer).id,), pairings=(pair.id,))
    for kind in ("resolve", "delete"):
        assert not RunItem.of(runs.plan(other, kind, None, picked)).exists()


def test_what_is_lost_alike_in_both_systems_is_one_line_and_nothing_comes_after_it(synced: Synced) -> None:
    pair = synced.pair_same(1041)
    page = plan(synced, "delete", place=str(synced.place(customer=pair.customer).id))[1]
    assert '<td>Navn</td><td class="muted">CleanManager, e-conomic</td>' in page.source
    assert [head.text for head in page.all("th", scope="col")] == ["Felt", "Hvor", "Før"]


def test_of_a_deletion_with_refusals_it_says_how_many_were_deleted(synced: Synced) -> None:
    pairs = [synced.pair_same(number, f"Kunde {number}") for number in (1041, 1042)]
    synced.economic.mark_used(1041)
    places = [str(synced.place(customer=pair.customer).id) for pair in pairs]
    run = ran(synced, "delete", place=places, confirm="delete")
    assert "Slettet: 1 af 2" in synced.admin.page(f"/runs/{run.id}").source


def test_one_with_a_very_long_name_that_stays_can_be_shown_in_the_window(synced: Synced) -> None:
    pair = synced.pair_same(1041, "Grundejerforening " * 7)
    synced.economic.mark_used(1041)
    run = ran(synced, "delete", place=str(synced.place(customer=pair.customer).id), confirm="delete")
    shown = synced.admin.page(f"/runs/{run.id}").one("a", class_="btn btn-plain").attrs["href"]
    assert "Grundejerforening" in synced.admin.page(shown).source


def test_one_with_entries_stays_and_says_why(synced: Synced) -> None:
    pair = synced.pair_same(1041)
    synced.economic.mark_used(1041)
    run = ran(synced, "delete", place=str(synced.place(customer=pair.customer).id), confirm="delete")
    assert "sikkert fordi den har posteringer" in synced.admin.page(f"/runs/{run.id}?show=failed").source
    assert 1041 in synced.economic.customers and Customer.of(synced.company).count() == 1


def test_a_deletion_is_taken_back(synced: Synced) -> None:
    pair = synced.pair_same(1041)
    run = ran(synced, "delete", place=str(synced.place(customer=pair.customer).id), confirm="delete")
    back = synced.admin.post(f"/runs/{run.id}/undo").location
    page = synced.admin.page(back)
    assert "Kontakter, leveringssteder og andet, der kun stod dér, kommer ikke igen." in page.source
    synced.admin.post(f"{back}/start", {"seal": page.field("seal")})
    synced.drain()
    assert 1041 in synced.economic.customers and synced.section(pair.customer) == "paired"
    assert "Oprettet igen i e-conomic under samme nummer" in synced.admin.page(back).source
