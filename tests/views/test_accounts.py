"""Signing in and out, the password and the language."""

import pytest
from flask import Flask

from tests.page import Page
from tests.people import PASSWORD, Browser, World
from webapp.models.user import User


def log_in(browser: Browser, email: str, password: str = PASSWORD, address: str = "/login") -> Page:
    return Page(browser.post(address, {"email": email, "password": password}).text)


def test_the_right_password_leads_to_the_register(stranger: Browser, world: World) -> None:
    answer = stranger.post("/login", {"email": " ALICE@fjordglans.dk", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/customers")
    assert stranger.get("/customers").status_code == 200


def test_a_wrong_password_is_told_in_a_sentence(stranger: Browser, world: World) -> None:
    answer = stranger.post("/login", {"email": world.alice.email, "password": "forkert"})
    assert answer.status_code == 422
    assert "E-mail og adgangskode passer ikke sammen." in answer.text


@pytest.mark.parametrize("email", ["alice@fjordglans.dk\0", "\0", "ALICE@FJORDGLANS.D\u212a", "\ud800@x.dk"])
def test_an_address_like_another_is_nobodys(stranger: Browser, world: World, email: str) -> None:
    sent = {"email": email.encode("utf-8", "surrogatepass"), "password": PASSWORD}
    answer = stranger.post("/login", sent)
    assert answer.status_code == 422 and "passer ikke sammen" in answer.text


def test_the_answer_does_not_tell_whether_the_person_exists(stranger: Browser, world: World) -> None:
    texts = {log_in(stranger, email, "x").one("p", role="alert").text for email in (world.alice.email, "nobody@a.dk")}
    assert len(texts) == 1


def test_empty_fields_are_named(stranger: Browser) -> None:
    page = log_in(stranger, "", "")
    assert {"Skriv din e-mail.", "Skriv din adgangskode."} <= {e.text.strip() for e in page.all("p")}


def test_the_log_in_page_is_without_fault(stranger: Browser) -> None:
    assert stranger.page("/login").one("h1").text == "Log ind"


def test_a_person_comes_back_to_the_page_they_wanted(stranger: Browser, world: World) -> None:
    wanted = stranger.get("/customers?q=havn").location
    answer = stranger.post(wanted, {"email": world.alice.email, "password": PASSWORD})
    assert answer.location == "/customers?q=havn"


@pytest.mark.parametrize("elsewhere", ["https://evil.dk", "//evil.dk", "/\\evil.dk", "javascript:x", "/\tx"])
def test_nobody_is_sent_to_another_site_after_log_in(stranger: Browser, world: World, elsewhere: str) -> None:
    form = {"email": world.alice.email, "password": PASSWORD, "csrf_token": stranger.token()}
    answer = stranger.client.post("/login", query_string={"next": elsewhere}, data=form)
    assert answer.location == "/customers"


def test_ten_wrong_tries_in_a_minute_are_enough(stranger: Browser, world: World) -> None:
    for _ in range(10):
        stranger.post("/login", {"email": world.alice.email, "password": "x"})
    answer = stranger.post("/login", {"email": world.alice.email, "password": PASSWORD})
    assert answer.status_code == 429
    assert "Vent et øjeblik" in answer.text


def test_one_persons_wrong_tries_do_not_stop_another(stranger: Browser, world: World) -> None:
    for _ in range(10):
        stranger.post("/login", {"email": world.alice.email, "password": "x"})
    assert stranger.post("/login", {"email": world.bob.email, "password": PASSWORD}).status_code == 303


def test_a_disabled_person_is_signed_out_at_once(alice: Browser, world: World) -> None:
    User.update(disabled_at=world.alice.created_at).where(User.id == world.alice.id).execute()
    assert alice.get("/customers").status_code == 303


def test_logging_out_ends_the_session(alice: Browser) -> None:
    alice.post("/logout")
    assert alice.get("/customers").location.startswith("/login")


def test_logging_out_needs_a_form(alice: Browser) -> None:
    assert alice.get("/logout").status_code == 405


def test_a_session_that_ended_sends_htmx_to_the_log_in_page(stranger: Browser) -> None:
    answer = stranger.get("/customers/1/edit", piece=True)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=/customers?q%3Dx"


def test_a_new_password_works_and_ends_other_sessions(app: Flask, alice: Browser, world: World) -> None:
    elsewhere = Browser.of(app, world.alice)
    form = {"current": PASSWORD, "new": "en helt ny kode", "again": "en helt ny kode"}
    assert alice.post("/password", form).status_code == 303
    assert (alice.get("/customers").status_code, elsewhere.get("/customers").status_code) == (200, 303)
    assert User.signing_in(world.alice.email, "en helt ny kode") is not None


@pytest.mark.parametrize(
    "form, sentence",
    [
        (
            {"current": "x", "new": "en helt ny kode", "again": "en helt ny kode"},
            "Det er ikke den adgangskode, du har nu.",
        ),
        ({"current": PASSWORD, "new": "kort", "again": "kort"}, "Den nye adgangskode skal have mindst 10 tegn."),
        (
            {"current": PASSWORD, "new": "en helt ny kode", "again": "en anden kode"},
            "De to nye adgangskoder er ikke ens.",
        ),
    ],
)
def test_a_password_that_will_not_do_is_refused(alice: Browser, form: dict[str, str], sentence: str) -> None:
    answer = alice.post("/password", form)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_bob_may_change_his_password(bob: Browser) -> None:
    form = {"current": PASSWORD, "new": "en helt ny kode", "again": "en helt ny kode"}
    assert bob.post("/password", form).status_code == 303


def test_english_is_remembered_for_the_person(app: Flask, alice: Browser, world: World) -> None:
    assert alice.post("/language", {"language": "en", "next": "/customers"}).location == "/customers"
    page = Browser.of(app, User.get_by_id(world.alice.id)).page("/customers")
    assert (page.one("html").attrs["lang"], "Customers" in page.one("h1").text) == ("en", True)


def test_the_log_in_page_changes_language_too(stranger: Browser) -> None:
    stranger.post("/language", {"language": "en", "next": "/login"})
    assert stranger.page("/login").one("h1").text == "Log in"


def test_a_language_that_we_do_not_speak_is_refused(alice: Browser) -> None:
    answer = alice.post("/language", {"language": "xx"})
    assert answer.status_code == 400
    assert "Sproget findes ikke." in answer.text


def test_the_language_of_the_log_in_page_is_the_persons_afterwards(stranger: Browser, world: World) -> None:
    stranger.post("/language", {"language": "en", "next": "/login"})
    stranger.post("/login", {"email": world.alice.email, "password": PASSWORD})
    assert User.get_by_id(world.alice.id).language == "en"
