"""Answering many questions with one choice: from the window over the plan to the answers, and back."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.apps import app_over
from tests.views.synced import Synced
from tests.views.test_runs import plan, ran, start
from webapp.models.pairing import Pairing
from webapp.models.run import Run
from webapp.sync import rules


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


def conflicts(synced: Synced, *numbers: int) -> list[Pairing]:
    """Pairs whose phone was changed on both sides."""
    pairs = [synced.pair_same(number, f"Kunde {number} ApS", telephoneAndFaxNumber="1") for number in numbers]
    for number, pair in zip(numbers, pairs, strict=True):
        synced.economic.edit(number, telephoneAndFaxNumber="3")
        synced.save(pair.customer, phone="2")
    synced.drain()
    return pairs


def phones(synced: Synced) -> list[str]:
    return [str(synced.stored(number)["telephoneAndFaxNumber"]) for number in sorted(synced.economic.customers)]


def test_the_conflicts_can_be_ticked_and_answered_together(synced: Synced) -> None:
    conflicts(synced, 1041, 1042)
    html = synced.admin.page("/sync").source
    form = re.search(r'<form class="picked" id="picked-conflict".*?</form>', html, re.DOTALL)
    assert form and re.findall(r'name="answer" value="(\w+)"', form[0]) == ["ours", "both", "theirs"]
    assert html.count('form="picked-conflict" name="place"') == 2
    assert 'form="picked-conflict"' not in synced.inspector.page("/sync").source


def test_the_ticked_conflicts_are_planned_and_answered(synced: Synced) -> None:
    one, _two = conflicts(synced, 1041, 1042)
    run, page = plan(synced, "resolve", place=str(synced.place(customer=one.customer).id), answer="ours")
    assert "Svar for flere kunder" in page.source and "1 kunde i planen." in page.source
    assert re.search(r"<td>Telefon</td><td[^>]*>e-conomic</td><td[^>]*><del>3</del></td><td[^>]*><b>2</b>", page.source)
    start(synced, run, page)
    synced.drain()
    assert phones(synced) == ["2", "3"]


def test_without_ticks_all_that_the_window_is_narrowed_to_are_answered(synced: Synced) -> None:
    conflicts(synced, 1041, 1042, 1043)
    run, page = plan(synced, "resolve", answer="ours", q="1042")
    start(synced, run, page)
    synced.drain()
    assert phones(synced) == ["3", "2", "3"]


def test_with_nobody_to_answer_for_nothing_is_planned(synced: Synced) -> None:
    answer = synced.admin.post("/runs/plans/resolve", {"answer": "ours"})
    assert answer.status_code == 400 and "Ingen af de viste kunder venter på et svar" in answer.text
    assert not Run.select().count()


def test_the_answer_and_the_field_are_chosen_on_the_plan(synced: Synced) -> None:
    conflicts(synced, 1041)
    run, _page = plan(synced, "resolve", answer="ours")
    synced.admin.post(f"/runs/{run.id}/choices", {"answer": "theirs", "field": "email"})
    page = synced.admin.page(f"/runs/{run.id}").source
    assert "Har intet spørgsmål, der kan besvares her." in page and '<option value="email" selected>' in page


def zone_conflict(synced: Synced) -> Pairing:
    pair = synced.pair_same(vatZone=1)
    synced.economic.edit(1042, vatZone={"vatZoneNumber": 2})
    synced.save(pair.customer, vat_zone="3")
    synced.drain()
    return pair


def test_a_consequence_in_the_books_is_foretold_and_confirmed_by_name(synced: Synced) -> None:
    zone_conflict(synced)
    run, page = plan(synced, "resolve", answer="ours")
    assert "Følger i bogføringen" in page.source and "Kundens nye fakturaer får en anden moms." in page.source
    assert start(synced, run, page).status_code == 422
    start(synced, run, page, confirm="vat_zone")
    synced.drain()
    assert synced.stored(1042)["vatZone"] == 3
    assert "Bekræftet: Momsområde" in synced.admin.page(f"/runs/{run.id}").source


def test_an_inspector_sees_the_consequences_and_confirms_none(synced: Synced) -> None:
    zone_conflict(synced)
    run, page = plan(synced, "resolve", answer="ours")
    seen = synced.inspector.page(f"/runs/{run.id}").source
    assert "til en administrator bekræfter" in seen and 'name="confirm"' not in seen
    form = {"seal": page.field("seal"), "confirm": "vat_zone"}
    assert synced.inspector.post(f"/runs/{run.id}/start", form).status_code == 403
    assert synced.outsider.post(f"/runs/{run.id}/start", form).status_code == 404


def test_answers_are_taken_back_and_asked_again(synced: Synced) -> None:
    [pair] = conflicts(synced, 1041)
    back = synced.admin.post(f"/runs/{ran(synced, 'resolve', answer='ours').id}/undo").location
    page = synced.admin.page(back)
    assert "Felterne skrives tilbage, og spørgsmålet stilles igen." in page.source
    synced.admin.post(f"{back}/start", {"seal": page.field("seal")})
    synced.drain()
    assert phones(synced) == ["3"] and synced.section(pair.customer) == "conflict"


def test_what_a_rule_would_answer_again_at_once_is_told_before_the_undo_starts(synced: Synced) -> None:
    [pair] = conflicts(synced, 1041)
    synced.save(pair.customer, city="A")
    synced.economic.edit(1041, city="B")
    synced.look(1041)
    run = ran(synced, "resolve", answer="ours")
    rules.lay_down(synced.connection, "phone", "winner", "theirs", synced.alice)
    page = synced.admin.page(synced.admin.post(f"/runs/{run.id}/undo").location + "?show=partly").source
    assert "Bliver, for en regel svarer nu på feltet: Telefon." in page and "Kommer ikke helt tilbage 1" in page
