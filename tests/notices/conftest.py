"""A company that is synchronised, on each database, and a postbox in place of a mail server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from email.message import EmailMessage

import pytest

from tests.beginning import begin
from tests.sync.world import World
from webapp import db, ports
from webapp.models.pairing import Pairing
from webapp.models.user import User
from webapp.notices import posting
from webapp.notices.waiting import Item

HOUR, DAY = 3600, 24 * 3600


class Postbox:
    """Whom the letters were to and of which kinds they told, in their order; `fault` is what the server says."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, list[str]]] = []
        self.marks: list[str] = []
        self.asked = 0
        self.fault: BaseException | None = None

    def write(self, user: User, items: Sequence[Item], mark: str) -> EmailMessage:
        self.marks.append(mark)
        letter = EmailMessage()
        letter["To"], letter["Subject"] = user.name, " ".join(sorted(item.kind for item in items))
        return letter

    def send(self, letter: EmailMessage) -> None:
        ports.assert_network_allowed()
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        self.letters.append((str(letter["To"]), str(letter["Subject"]).split()))

    def go_round(self) -> list[tuple[str, list[str]]]:
        """The letters of one round."""
        before = len(self.letters)
        posting.go_round(self.write, self.send)
        return self.letters[before:]


@pytest.fixture
def world(database: str) -> Iterator[World]:
    with db.connected():
        made = World()
        with ports.using(made.ports):
            begin(made)
            yield made


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


def conflict(world: World, number: int = 1042) -> Pairing:
    """A pair whose phone was changed on both sides."""
    pair = world.pair_same(number, f"Kunde {number}", telephoneAndFaxNumber="66100014")
    world.economic.edit(number, telephoneAndFaxNumber="66100041")
    world.save(pair.customer, phone="66100020")
    world.drain()
    return Pairing.get_by_id(pair.id)


def refused(world: World, number: int) -> Pairing:
    """A pair with an EAN that e-conomic does not take."""
    pair = world.pair_same(number, f"Kunde {number}")
    world.save(pair.customer, ean="12345678901234567")
    world.drain()
    return Pairing.get_by_id(pair.id)


def gone(world: World, number: int) -> Pairing:
    """A pair whose customer was deleted there."""
    pair = world.pair_same(number, f"Kunde {number}")
    world.economic.delete(number)
    world.look(number)
    return Pairing.get_by_id(pair.id)
