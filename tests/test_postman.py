"""The postman beside a worker: a mail from the database to a real server, by a thread that delays nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy

import pytest
from flask import Flask

from tests.apps import app_over
from tests.mailserver import Server, answering
from tests.people import World
from webapp import postman
from webapp.cli import serving
from webapp.models.connection import Connection
from webapp.models.notice import Notice

MAILING = {"MAIL_FROM": "sync@cleanmanager.dk", "PUBLIC_URL": "https://sync.cleanmanager.dk"}


@pytest.fixture
def server() -> Iterator[Server]:
    with answering() as made:
        yield made


@pytest.fixture
def app(database: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Of two administrators of two companies one is to be told that everything stands still."""
    monkeypatch.setattr(postman, "PERIOD", 0.02)
    for app in app_over(database, MAILING | {"MAIL_URL": server.url}, kept=False):
        World.make()
        Connection.update(state="paused", state_reason="grant_withdrawn").execute()
        yield app


def until(is_so: Callable[[], object]) -> bool:
    for _ in range(500):
        if is_so():
            return True
        time.sleep(0.02)
    return False


def test_a_mail_goes_from_the_database_to_the_server_once(app: Flask, server: Server) -> None:
    with postman.going_round(app):
        assert until(lambda: Notice.select().where(Notice.sent_at.is_null(False)).exists())
        time.sleep(0.2)
    (letter,) = server.letters
    read = message_from_bytes(letter, policy=policy.default)
    assert (read["To"], read["Subject"]) == (
        "Alice <alice@fjordglans.dk>",
        "Synkroniseringen med e-conomic står stille",
    )
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]


def test_two_postmen_at_once_bring_one_mail(app: Flask, server: Server) -> None:
    with postman.going_round(app), postman.going_round(app), postman.going_round(app):
        assert until(lambda: Notice.select().where(Notice.sent_at.is_null(False)).exists())
        time.sleep(0.2)
    assert len(server.letters) == 1


def test_a_worker_goes_on_while_the_mail_server_is_dead(app: Flask, server: Server) -> None:
    server.hangs_up = "EHLO"
    with serving.working(app) as worker:
        assert until(lambda: Notice.select().where(Notice.fault != "").exists())
        assert worker.round() >= 0 and "postman" in {thread.name for thread in threading.enumerate()}
    assert "postman" not in {thread.name for thread in threading.enumerate()} and server.letters == []


def test_without_a_mail_server_there_is_no_postman(app: Flask) -> None:
    app.config["MAIL_URL"] = ""
    with postman.going_round(app):
        assert "postman" not in {thread.name for thread in threading.enumerate()}


def test_a_database_that_is_away_ends_no_postman(app: Flask, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = iter([OSError("away"), OSError("away")])
    went = postman.posting.go_round
    monkeypatch.setattr(
        postman.posting, "go_round", lambda *given: fail(fault) if (fault := next(refused, None)) else went(*given)
    )
    with postman.going_round(app):
        assert until(lambda: server.letters)


def fail(fault: Exception) -> int:
    raise fault
