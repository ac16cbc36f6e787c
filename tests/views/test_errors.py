"""What is shown when something is wrong."""

import sqlite3
from collections.abc import Iterator

import pytest
from flask import Flask, abort
from peewee import IntegrityError, OperationalError

from tests.apps import app_over
from tests.page import Page
from tests.people import Browser
from webapp import db


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database, kept=False)


@pytest.fixture
def broken(app: Flask) -> Flask:
    """The app with an address that fails and one that refuses in its own words."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def fail() -> str:
        raise RuntimeError("a secret of the inside")

    app.add_url_rule("/fail", "fail", fail)
    app.add_url_rule("/refuse", "refuse", lambda: abort(404, "Kunden findes ikke."))
    return app


def test_an_unknown_address_gets_a_danish_page(stranger: Browser) -> None:
    answer = stranger.get("/findes-ikke")
    page = Page(answer.text)
    assert (answer.status_code, page.one("h1").text, page.complaints()) == (404, "Siden findes ikke", [])


def test_a_fault_of_ours_shows_no_trace_of_the_inside(broken: Flask, alice: Browser) -> None:
    answer = alice.get("/fail")
    assert (answer.status_code, Page(answer.text).one("h1").text) == (500, "Noget gik galt hos os")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_our_own_sentence_is_shown(broken: Flask, alice: Browser) -> None:
    assert "Kunden findes ikke." in alice.get("/refuse").text


@pytest.mark.parametrize("address, status", [("/fail", 500), ("/refuse", 404), ("/findes-ikke", 404)])
def test_htmx_gets_a_toast_and_nothing_else(broken: Flask, alice: Browser, address: str, status: int) -> None:
    answer = alice.get(address, piece=True)
    targets = [e.attrs["hx-target"] for e in Page(answer.text).all("hx-partial")]
    assert (answer.status_code, targets, "<html" in answer.text) == (status, ["#toasts"], False)


def test_a_form_that_is_too_large_is_refused(alice: Browser) -> None:
    answer = alice.client.post("/customers", data={"name": "x" * 2_000_000})
    assert (answer.status_code, "Det fylder for meget" in answer.text) == (413, True)


def test_a_form_from_an_old_page_gets_a_sentence(alice: Browser) -> None:
    answer = alice.client.post("/customers", data={"name": "a", "csrf_token": "old"})
    assert (answer.status_code, "Siden har været åben for længe." in answer.text) == (400, True)


def test_the_token_of_the_page_header_is_taken_too(alice: Browser) -> None:
    headers = {"X-CSRFToken": alice.token(), "HX-Request": "true", "HX-Request-Type": "partial"}
    assert alice.client.post("/customers", data={"name": "a"}, headers=headers).status_code == 200


def test_going_back_in_the_history_gets_the_whole_page(alice: Browser) -> None:
    headers = {"HX-History-Restore-Request": "true", "HX-Request-Type": "full"}
    assert "<html" in alice.client.get("/customers", headers=headers).text


def test_an_english_reader_gets_english_faults(alice: Browser) -> None:
    alice.post("/language", {"language": "en"})
    assert "There is no such customer, or it is deleted." in alice.get("/customers/999").text


def refusing(app: Flask, fault: Exception) -> Flask:
    """The app with an address whose database says this."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def ask() -> str:
        raise fault

    app.add_url_rule("/ask", "ask", ask)
    return app


@pytest.mark.parametrize(
    "said, sentence",
    [
        ("database or disk is full", "Serverens disk er fuld. Intet er gemt."),
        ('could not extend file "base/1": No space left on device', "Serverens disk er fuld. Intet er gemt."),
        ("the connection is lost", "Databasen svarer ikke lige nu."),
        ("database disk image is malformed", "Serverens database er beskadiget."),
        ("file is not a database", "Serverens database er beskadiget."),
        ('invalid page in block 7 of relation "base/1"', "Serverens database er beskadiget."),
    ],
)
def test_what_ails_the_database_is_said_in_danish(app: Flask, alice: Browser, said: str, sentence: str) -> None:
    refusing(app, OperationalError(said))
    answer = alice.get("/ask", piece=True)
    assert (answer.status_code, answer.headers["Retry-After"], sentence in answer.text) == (503, "10", True)


@pytest.mark.parametrize("piece", [False, True])
def test_a_database_that_cannot_be_opened_is_not_asked_again_for_the_answer(
    app: Flask, alice: Browser, monkeypatch: pytest.MonkeyPatch, piece: bool
) -> None:
    def fail() -> None:
        raise sqlite3.OperationalError("unable to open database file")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    db.close()
    monkeypatch.setattr(db.database.obj, "_connect", fail)
    answer = alice.client.get("/customers", headers={"HX-Request": "true"} if piece else {})
    assert (answer.status_code, "Databasen svarer ikke lige nu." in answer.text) == (503, True)


def test_a_fault_that_hides_the_full_disk_is_seen_through(app: Flask, alice: Browser) -> None:
    hiding = OperationalError("cannot rollback - no transaction is active")
    hiding.__context__ = OperationalError("database or disk is full")
    refusing(app, hiding)
    assert "Serverens disk er fuld." in alice.get("/ask").text


def test_a_mistake_of_ours_is_not_put_on_the_database(app: Flask, alice: Browser) -> None:
    refusing(app, IntegrityError("UNIQUE constraint failed"))
    assert alice.get("/ask").status_code == 500
