"""What is shown when something is wrong."""

import pytest
from flask import Flask, abort

from tests.page import Page
from tests.people import Browser


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
