"""The webhook address: what e-conomic may send, and what an unknown caller learns."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from peewee import OperationalError

from tests.people import World
from webapp import db, ports
from webapp.models.connection import Connection
from webapp.models.inbox import Inbox
from webapp.models.lane import Lane
from webapp.sync import connect
from webapp.worker import Worker

NOT_FOUND = "Not found.\n"
CALL = {"data": "new=7&old=7", "content_type": "application/x-www-form-urlencoded"}


@pytest.fixture
def address(world: World) -> str:
    return f"/w/{connect.new_webhook(world.connection)}"


@pytest.fixture
def machine(app: Flask) -> Iterator[FlaskClient]:
    """A caller without any cookie."""
    with app.test_client(use_cookies=False) as client:
        yield client


@pytest.mark.parametrize(
    "query, body, kind",
    [
        ("", "new=12&old=7", "application/x-www-form-urlencoded"),
        ("", '{"old": "7", "new": 12}', "application/json"),
        ("?new=12&old=7", "", ""),
        ("", "NewNumber=12&OldNumber=7", "text/plain"),
    ],
)
def test_query_form_and_json_are_read(machine: FlaskClient, address: str, query: str, body: str, kind: str) -> None:
    answer = machine.post(address + query, data=body, content_type=kind)
    assert (answer.status_code, answer.text) == (200, "OK\n")
    row = Inbox.get()
    assert (row.old_number, row.new_number, row.query, row.body) == (7, 12, query.lstrip("?"), body)


@pytest.mark.parametrize("body", ["new=12&old=", "new=12&old=0", "[OLDNUMBER]=&new=12", ' {"new": 12, "old": null}'])
def test_a_missing_side_may_be_empty_or_zero(machine: FlaskClient, address: str, body: str) -> None:
    assert machine.post(address, data=body, content_type="text/plain").status_code == 200
    assert (Inbox.get().old_number, Inbox.get().new_number) == (None, 12)


def test_a_get_is_taken_as_older_pages_have_it(machine: FlaskClient, address: str) -> None:
    assert machine.get(f"{address}?old=7&new=7").status_code == 200
    assert Inbox.select().count() == 1


def test_a_call_is_noted_on_the_connection(machine: FlaskClient, address: str, world: World) -> None:
    machine.post(address, **CALL)
    assert Connection.get_by_id(world.connection.id).webhook_called_at is not None


def test_an_unknown_token_and_an_old_one_get_the_same_plain_404(
    machine: FlaskClient, address: str, world: World
) -> None:
    connect.new_webhook(world.connection)
    answers = [machine.post(where, **CALL) for where in (address, "/w/unknown")]
    assert {(a.status_code, a.text, a.mimetype) for a in answers} == {(404, NOT_FOUND, "text/plain")}
    assert Inbox.select().count() == 0


@pytest.mark.parametrize(
    "body", ["", "new=&old=", "new=0&old=0", "new=seven", "[NEWNUMBER]", "new=-1", "new=1234567890", "[1, 2]"]
)
def test_a_call_without_a_customer_number_is_refused_and_not_kept(
    machine: FlaskClient, address: str, body: str
) -> None:
    answer = machine.post(address, data=body, content_type="text/plain")
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert "No customer number" in answer.text
    assert Inbox.select().count() == 0


@pytest.mark.parametrize("query", ["?" + "&".join(f"a{n}=1" for n in range(60)), "?new=%00", "?new=\u00f8"])
def test_a_strange_query_is_refused_and_not_kept(machine: FlaskClient, address: str, query: str) -> None:
    assert machine.post(address + query).status_code == 400
    assert Inbox.select().count() == 0


def test_a_body_with_a_nul_can_be_kept_on_every_database(machine: FlaskClient, address: str) -> None:
    assert machine.post(address, data=b"new=7&old=7&x=\0", content_type="text/plain").status_code == 200
    assert Inbox.get().new_number == 7


def test_a_body_over_64_kb_is_refused(machine: FlaskClient, address: str) -> None:
    answer = machine.post(address, data="new=7&x=" + "x" * 65_536, content_type="text/plain")
    assert (answer.status_code, answer.mimetype) == (413, "text/plain")
    assert Inbox.select().count() == 0


def test_no_session_is_begun(machine: FlaskClient, address: str) -> None:
    assert "Set-Cookie" not in machine.post(address, **CALL).headers


def test_another_method_is_refused(machine: FlaskClient, address: str) -> None:
    assert machine.put(address, **CALL).status_code == 405
    assert Inbox.select().count() == 0


def test_a_call_while_paused_is_kept_for_later(machine: FlaskClient, address: str, world: World, app: Flask) -> None:
    world.connection.pause("grant_withdrawn")
    assert machine.post(address, **CALL).status_code == 200
    Worker(app.config).round()
    assert Inbox.get().state == "new"


def test_a_call_before_activation_asks_for_nothing(
    machine: FlaskClient, address: str, world: World, app: Flask
) -> None:
    connect.deactivate(world.connection)
    assert machine.post(address, **CALL).status_code == 200
    Worker(app.config).round()
    assert Inbox.get().state == "done"
    assert not Lane.select().where(Lane.side == "theirs").exists()


def test_a_call_after_closing_finds_nothing(machine: FlaskClient, address: str, world: World) -> None:
    with db.write():
        connect.close(world.connection, world.alice)
    answer = machine.post(address, **CALL)
    assert (answer.status_code, answer.text) == (404, NOT_FOUND)
    assert Inbox.select().count() == 0


def test_a_fault_of_ours_is_told_without_a_stack_trace(app: Flask, address: str) -> None:
    def die(name: str) -> None:
        raise RuntimeError("secret words")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    with ports.using(ports.Ports(failpoint=die)):
        answer = app.test_client().post(address, **CALL)
    assert (answer.status_code, answer.mimetype) == (500, "text/plain")
    assert "secret" not in answer.text and "Traceback" not in answer.text


def test_a_call_that_could_not_be_stored_is_not_acknowledged(app: Flask, address: str) -> None:
    def refuse(name: str) -> None:
        raise OperationalError("database or disk is full")

    with ports.using(ports.Ports(failpoint=refuse)):
        answer = app.test_client().post(address, **CALL)
    assert (answer.status_code, answer.text) == (503, "The call could not be stored. Send it again later.\n")
    assert Inbox.select().count() == 0
