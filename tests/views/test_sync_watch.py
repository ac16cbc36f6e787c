"""The open window asks what others changed since it was drawn, and tells it as one link."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.apps import app_over
from tests.people import PIECE
from tests.views.synced import Synced, pieces
from webapp.models.place import Place
from webapp.sync import register
from webapp.sync.fields import NAMES
from webapp.views.sync_watch import HEADER

ADDRESS = "/sync/changes"


@pytest.fixture
def app(database: str) -> Iterator[Flask]:
    yield from app_over(database)


def headers(html: str) -> dict[str, str]:
    """What a window drawn like this says of itself in each of its requests."""
    seen = re.search(r'id="watch" data-seen="([^"]+)"', html)
    assert seen
    return PIECE | {HEADER: seen[1]}


def opened(synced: Synced) -> dict[str, str]:
    html = synced.admin.page("/sync").source
    synced.clock.sleep(1)
    return headers(html)


def asked(synced: Synced, seen: dict[str, str]) -> TestResponse:
    synced.clock.sleep(1)
    return synced.admin.client.get(ADDRESS, headers=seen)


def told(answer: TestResponse) -> str:
    """The words of the link; '' when there is none."""
    return " ".join(re.sub(r"<[^>]+>", " ", pieces(answer)["#watch"][0][1]).split())


def test_an_open_window_hears_nothing_while_nothing_changes(synced: Synced) -> None:
    synced.pair_same(1042)
    assert asked(synced, opened(synced)).status_code == 204


def test_an_open_window_is_told_of_what_others_changed(synced: Synced) -> None:
    seen = opened(synced)
    synced.fetched(3001, "Deres ApS")
    answer = asked(synced, seen)
    assert told(answer) == "1 ændring – vis"
    assert pieces(answer)["#count-new"] == [("innerHTML", "1")]


def test_changes_add_up_until_they_are_shown(synced: Synced) -> None:
    seen = opened(synced)
    synced.fetched(3001, "Deres ApS")
    first = asked(synced, seen)
    synced.clock.sleep(1)
    synced.fetched(3002, "Dine ApS")
    assert told(asked(synced, headers(first.text))) == "2 ændringer – vis"


def test_showing_them_makes_the_link_go_away(synced: Synced) -> None:
    seen = opened(synced)
    synced.fetched(3001, "Deres ApS")
    answer = synced.admin.client.get("/sync/rows", headers=seen)
    assert told(answer) == ""
    assert "Deres ApS" in pieces(answer)["#rows"][0][1]


def late(synced: Synced, name: str, seconds: float) -> None:
    """A line whose change was stamped so long ago, and is committed now."""
    mirror = synced.fetched(3001, name)
    stamp = synced.clock.now() - timedelta(seconds=seconds)
    assert Place.update(changed_at=stamp).where(Place.mirror == mirror).execute() == 1


def test_what_was_stamped_before_the_window_was_drawn_and_committed_after_it_is_news(synced: Synced) -> None:
    synced.fetched(3002, "Dine ApS")
    seen = opened(synced)
    late(synced, "Deres ApS", seconds=2)
    assert told(asked(synced, seen)) == "1 ændring – vis"


def test_what_is_committed_late_is_told_once(synced: Synced) -> None:
    seen = opened(synced)
    late(synced, "Deres ApS", seconds=2)
    first = asked(synced, seen)
    assert asked(synced, headers(first.text)).status_code == 204


def test_a_line_drawn_a_moment_after_its_change_is_no_news_until_it_changes_again(synced: Synced) -> None:
    mirror = synced.fetched(3002, "Dine ApS")
    seen = opened(synced)
    assert asked(synced, seen).status_code == 204
    Place.update(changed_at=synced.clock.now()).where(Place.mirror == mirror).execute()
    assert told(asked(synced, seen)) == "1 ændring – vis"


def test_what_the_person_does_is_no_news_but_what_others_did_stays_so(synced: Synced) -> None:
    customer = synced.ours(2001, "Vores ApS")
    seen = opened(synced)
    synced.fetched(3001, "Deres ApS")
    form = {"csrf_token": synced.admin.token()}
    answer = synced.admin.client.post(f"/pairings/exclusion/ours/{customer.id}", data=form, headers=seen)
    assert told(answer) == "1 ændring – vis"


def test_a_line_that_merely_went_is_news_too(synced: Synced) -> None:
    customer = synced.ours(2001, "Vores ApS")
    synced.ours(2002, "Også vores ApS")
    seen = opened(synced)
    register.remove(synced.company, customer.id, synced.alice)
    answer = asked(synced, seen)
    assert told(answer) == "1 ændring – vis"
    assert asked(synced, headers(answer.text)).status_code == 204


def test_what_comes_and_goes_unseen_is_no_news(synced: Synced) -> None:
    seen = opened(synced)
    register.remove(synced.company, synced.ours(2001, "Vores ApS").id, synced.alice)
    assert asked(synced, seen).status_code == 204


def test_a_line_that_the_person_made_go_is_no_news(synced: Synced) -> None:
    customer, mirror = synced.ours(2001, "Vores ApS"), synced.fetched(3001, "Deres ApS")
    seen = opened(synced)
    form = {"csrf_token": synced.admin.token(), "customer": customer.id, "mirror": mirror.id, "ours": 1, "theirs": 1}
    choices = {f"answer-{field}": "both" for field in NAMES}
    shown = seen | {"HX-Current-URL": "http://localhost/sync"}
    answer = synced.admin.client.post("/pairings", data=form | choices, headers=shown)
    assert answer.status_code == 200 and told(answer) == ""


def test_another_companys_changes_are_no_news(synced: Synced) -> None:
    seen = opened(synced)
    synced.fetched(3001, "Deres ApS")
    assert synced.outsider.client.get(ADDRESS, headers=seen).status_code == 409


@pytest.mark.parametrize("seen", ["", "x", "1.0", "1.x.0.0.0", "-1.0.0.0.0", "9" * 40 + ".0.0.0.0", "1.0.0.0.0.0"])
def test_a_window_that_cannot_say_what_it_saw_hears_nothing(synced: Synced, seen: str) -> None:
    answer = synced.admin.client.get(ADDRESS, headers=PIECE | {HEADER: seen})
    assert (answer.status_code, answer.text) == (204, "")


def test_without_script_the_question_leads_to_the_window(synced: Synced) -> None:
    assert synced.admin.get(ADDRESS).location == "/sync"
