"""A letter to a real mail server on a socket, and every way in which the server can let us down."""

from __future__ import annotations

import socketserver
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tests.loopback import free_ports
from tests.mailserver import Server, answering
from webapp import db, mail


@pytest.fixture
def server() -> Iterator[Server]:
    with answering() as made:
        yield made


@pytest.fixture
def letter() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "sync@cleanmanager.dk", "alice@x.dk", "Ærø venter på dig"
    made.set_content("Én kunde kræver et svar.\n.\n")
    return made


def test_a_letter_arrives_as_it_was_written(server: Server, letter: EmailMessage) -> None:
    mail.send(server.url, letter)
    read = message_from_bytes(server.letters[0], policy=policy.default)
    assert (read["Subject"], read["To"]) == ("Ærø venter på dig", "alice@x.dk")
    assert "Én kunde kræver et svar." in read.get_content()


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_what_is_said_no_to_is_this_letters_fault(server: Server, letter: EmailMessage, command: str) -> None:
    server.refuses = command
    with pytest.raises(mail.Unsent) as fault:
        mail.send(server.url, letter)
    assert not isinstance(fault.value, mail.Unreachable) and server.letters == []


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "DATA"])
def test_a_server_that_goes_away_is_unreachable(server: Server, letter: EmailMessage, command: str) -> None:
    server.hangs_up = command
    with pytest.raises(mail.Unreachable):
        mail.send(server.url, letter)


def test_how_the_conversation_ends_changes_nothing(server: Server, letter: EmailMessage) -> None:
    server.hangs_up = "QUIT"
    mail.send(server.url, letter)
    assert len(server.letters) == 1


def test_nobody_there_is_unreachable(letter: EmailMessage) -> None:
    with pytest.raises(mail.Unreachable, match="ConnectionRefusedError"):
        mail.send(f"smtp://127.0.0.1:{free_ports(1)[0]}", letter)


def test_a_server_that_never_answers_is_given_up(
    letter: EmailMessage, silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT", 0.1)
    with pytest.raises(mail.Unreachable, match="timed out"):
        mail.send(f"smtp://127.0.0.1:{silent_port}", letter)


@pytest.fixture
def silent_port() -> Iterator[int]:
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as nobody_answers:
        yield nobody_answers.server_address[1]


def test_a_password_is_not_told_in_the_clear(server: Server, letter: EmailMessage) -> None:
    with pytest.raises(mail.Unreachable, match="no encryption"):
        mail.send(server.url.replace("//", "//me:hemmeligt@"), letter)
    assert "AUTH" not in server.heard and server.letters == []


def test_no_letter_leaves_inside_a_transaction(sqlite_database: str, server: Server, letter: EmailMessage) -> None:
    with db.write(), pytest.raises(RuntimeError, match="inside a transaction"):
        mail.send(server.url, letter)
    assert server.heard == []
