"""A plan for very many: its page shows how far the worker is, and then the plan, or why there is none."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.apps import app_over
from tests.views.synced import Synced, pieces
from tests.views.test_imports import HEADS, columns, plan
from webapp.models.run import Run, RunItem
from webapp.models.upload import Upload
from webapp.sync import making

TWO = HEADS + "7;Ærø Bageri;;;;\n8;Rise Mølle;;;;\n"


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "AT_LEISURE", -1)


def test_the_page_asks_until_the_plan_is_there(synced: Synced) -> None:
    run = plan(synced, TWO)
    Run.update(total=8, done=2).where(Run.id == run.id).execute()
    page = synced.admin.page(f"/runs/{run.id}")
    assert "Planen laves: 25 %" in page.source and "kunder.csv" in page.source
    asking = page.one("section", id="making").attrs["hx-get"]
    assert "Planen laves: 25 %" in pieces(synced.admin.get(asking, piece=True))["#making"][0][1]
    synced.drain()
    assert synced.admin.get(asking, piece=True).headers["HX-Redirect"] == f"/runs/{run.id}"
    assert "Ærø Bageri" in synced.admin.page(f"/runs/{run.id}").source


def test_without_script_the_plan_is_asked_for_by_hand(synced: Synced) -> None:
    run = plan(synced, TWO)
    assert f'<a class="push" href="/runs/{run.id}">Vis planen</a>' in synced.admin.page(f"/runs/{run.id}").source
    assert synced.admin.get(f"/runs/{run.id}/making").location == f"/runs/{run.id}"


def test_nothing_of_it_is_shown_or_done_before_it_is_whole(synced: Synced) -> None:
    run = plan(synced, TWO)
    assert synced.admin.get(f"/runs/{run.id}/list.csv").status_code == 409
    answer = synced.admin.post(f"/runs/{run.id}/start", {"seal": ""})
    assert answer.status_code == 422 and "Planen bliver stadig lavet." in answer.text
    assert "Plan, bliver lavet" in synced.admin.page("/runs").source
    told = synced.admin.get("/runs/list.csv").text.splitlines()[1].split(";")
    assert (told[2], told[5:]) == ("Plan, bliver lavet", ["", "", "", "", ""])


def test_it_can_be_put_away_by_an_administrator(synced: Synced) -> None:
    run = plan(synced, TWO)
    assert "Læg planen væk" not in synced.auditor.page(f"/runs/{run.id}").source
    assert "Læg planen væk" in synced.admin.page(f"/runs/{run.id}").source
    synced.admin.post(f"/runs/{run.id}/cancellation", {"plan": "1"})
    synced.drain()
    assert (Run.get_by_id(run.id).state, RunItem.select().count(), Upload.select().count()) == ("dropped", 0, 0)


def test_to_forget_the_file_puts_its_plan_away(synced: Synced) -> None:
    run = plan(synced, TWO)
    upload = Upload.get().id
    synced.admin.post(f"/imports/{upload}/removal")
    synced.drain()
    assert (Run.get_by_id(run.id).state, Upload.select().count()) == ("dropped", 0)


def test_another_choice_of_columns_makes_another_plan(synced: Synced) -> None:
    address, page = columns(synced, TWO)
    boxes = [e.attrs["name"] for e in page.all("select") if e.attrs["name"].startswith("column-")]
    form = {box: page.field(box) for box in boxes}
    for chosen in (form, form | {"column-5": ""}):
        synced.admin.post(address, chosen)
    synced.drain()
    assert [run.state for run in Run.select().order_by(Run.id)] == ["dropped", "planned"]


def test_a_file_that_cannot_be_read_leads_back_to_its_columns(synced: Synced) -> None:
    run = plan(synced, HEADS + "7;Ærø Bageri;;;;;;x\n", **{"column-5": "country"})
    synced.drain()
    answer = synced.admin.get(f"/runs/{run.id}/making", piece=True)
    assert answer.headers["HX-Redirect"] == f"/runs/{run.id}"
    back = synced.admin.get(f"/runs/{run.id}").location
    page = synced.admin.page(str(back))
    assert "Linje 2 har flere felter, end der er kolonnenavne." in page.source and page.field("column-5") == "country"
    assert synced.auditor.get(f"/runs/{run.id}").status_code == 200
