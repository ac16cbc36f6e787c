"""Besked på mail: what the mail says, one's own switch, and the link that switches off without signing in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from flask import Flask

from tests.apps import app_over
from tests.people import Browser
from tests.views.synced import Synced
from webapp import postman
from webapp.models.connection import Connection
from webapp.models.notice import Notice
from webapp.models.user import User
from webapp.notices import waiting

PUBLIC = "https://sync.cleanmanager.dk"
MAILING = {"MAIL_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "CleanManager <sync@cleanmanager.dk>", "PUBLIC_URL": PUBLIC}


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database, MAILING)


@pytest.fixture
def busy(synced: Synced) -> Synced:
    """A conflict, one gone there, and two refusals with the same cause."""
    synced.conflict()
    synced.gone_there(1043)
    for number in (1044, 1045):
        synced.save(synced.pair_same(number, f"Kunde {number}").customer, ean="12345678901234567")
    synced.drain()
    return synced


def letter(synced: Synced, language: str = "da") -> EmailMessage:
    synced.alice.language = language
    return postman.Postman(synced.flask).write(synced.alice, waiting.of(synced.connection), "x1")


def text(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


# ── The mail ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_mail_counts_by_cause_in_danish(busy: Synced) -> None:
    mail, said = letter(busy), text(letter(busy))
    assert (mail["To"], mail["From"]) == ("Alice <alice@fjordglans.example>", MAILING["MAIL_FROM"])
    assert mail["Subject"] == "Noget venter på dig i synkroniseringen med e-conomic"
    assert "- 1 kunde kræver et svar.\n" in said and "- 1 parret kunde er slettet på den ene side" in said
    assert "- 2 kunder: EAN-nr. må højst have 13 tegn i e-conomic\n" in said


def test_the_mail_is_in_the_persons_language(busy: Synced) -> None:
    mail = letter(busy, "en")
    assert mail["Subject"] == "Something is waiting for you in the synchronisation with e-conomic"
    assert "- 1 customer needs an answer.\n" in text(mail) and '<html lang="en">' in text(mail, "html")


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_the_mail_names_no_customer(busy: Synced, kind: str) -> None:
    said = text(letter(busy), kind)
    private = ("Havnens", "Kunde 1044", "1042", "1044", "66100", "12345678901234567")
    assert [word for word in private if word in said] == []


def test_every_link_of_the_mail_leads_to_a_page(busy: Synced) -> None:
    links = re.findall(r"https?://\S+", text(letter(busy)))
    assert len(links) == 4 and all(link.startswith(f"{PUBLIC}/") for link in links)
    assert {busy.admin.get(link.removeprefix(PUBLIC)).status_code for link in links} == {200}
    html = text(letter(busy), "html").replace("&amp;", "&")
    assert re.findall(r'href="([^"]+)"', html) == links


@pytest.mark.parametrize(
    ("reason", "told"), [("grant_withdrawn", "lukket for adgangen"), ("forbidden", "mangler en rettighed")]
)
def test_a_standstill_is_the_subject(busy: Synced, reason: str, told: str) -> None:
    Connection.update(state="paused", state_reason=reason).execute()
    mail = letter(busy)
    assert mail["Subject"] == "Synkroniseringen med e-conomic står stille"
    assert text(mail).index(told) < text(mail).index("kræver et svar")
    Connection.update(state="open", state_reason="").execute()


def test_the_mail_carries_its_mark_and_the_way_to_leave(busy: Synced) -> None:
    mail = letter(busy)
    assert mail["Message-ID"] == "<x1@cleanmanager.dk>" and mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"].strip("<>") in text(mail)


def test_a_name_is_told_as_it_is_written(busy: Synced) -> None:
    busy.alice.name = 'Ælla "A&B" <x@y.dk>'
    mail = letter(busy)
    assert mail["To"].addresses[0].addr_spec == "alice@fjordglans.example"
    assert "Hej Ælla &#34;A&amp;B&#34; &lt;x@y.dk&gt;" in text(mail, "html")


# ── The switch ────────────────────────────────────────────────────────────────────────────────────────────────────


def wants(synced: Synced) -> bool:
    return bool(User.get_by_id(synced.alice.id).notices)


def test_one_switches_it_off_and_on_for_oneself(synced: Synced) -> None:
    for form, wanted in (({}, False), ({"notices": "on"}, True)):
        assert synced.admin.post("/notices", form).status_code == 303
        assert wants(synced) is wanted
        box = synced.admin.page("/notices").one("input", name="notices")
        assert ("checked" in box.attrs) is wanted


def test_who_is_no_administrator_is_told_so(synced: Synced) -> None:
    page = synced.auditor.page("/notices")
    assert "Kun administratorer får besked på mail." in page.source and page.all("input", name="notices") == []


def test_an_installation_without_a_mail_server_says_so(synced: Synced) -> None:
    assert "Der sendes ingen mails herfra" not in synced.admin.page("/notices").source
    synced.flask.config["MAIL_URL"] = ""
    assert "Der sendes ingen mails herfra" in synced.admin.page("/notices").source


def test_a_mail_that_could_not_be_sent_is_told(synced: Synced) -> None:
    Notice.create(company=synced.company, user=synced.alice, fault="TimeoutError")
    assert "Den seneste mail kunne ikke sendes." in synced.admin.page("/notices").source
    assert synced.flask.test_client().get("/readyz").json["mails_unsent"] == 1


def leaving(synced: Synced) -> str:
    synced.conflict()
    found = re.search(rf"{PUBLIC}(/notices/off/\S+)", text(letter(synced)))
    assert found
    return found[1]


def test_the_link_in_the_mail_asks_before_it_switches_off(synced: Synced) -> None:
    link, stranger = leaving(synced), Browser.of(synced.flask)
    assert "Slå mails fra?" in stranger.page(link).source and wants(synced)
    assert "Mails er slået fra" in stranger.post(link).text and not wants(synced)
    assert stranger.page(link).all("form") == []


def test_a_link_that_was_not_made_here_switches_nothing_off(synced: Synced) -> None:
    link, stranger = leaving(synced), Browser.of(synced.flask)
    for wrong in (link[:-1], link + "x", "/notices/off/1", "/notices/off/é"):
        assert stranger.get(wrong).status_code == stranger.post(wrong).status_code == 404
    assert "Linket er ikke helt." in stranger.get(link + "x").text and wants(synced)


def test_a_link_signed_with_the_key_before_this_one_holds(synced: Synced) -> None:
    link = leaving(synced)
    config = synced.flask.config
    config["SECRET_KEY_FALLBACKS"], config["SECRET_KEY"] = [config["SECRET_KEY"]], "a new key"
    assert Browser.of(synced.flask).get(link).status_code == 200
