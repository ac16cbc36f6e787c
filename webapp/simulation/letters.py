"""The postman: mails to the administrator while everything else goes on, and what they have told at the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from random import Random

from webapp import mail
from webapp.models.connection import Connection
from webapp.models.notice import Notice
from webapp.models.user import User
from webapp.notices import posting, waiting
from webapp.notices.waiting import Item
from webapp.simulation import allowed
from webapp.simulation.world import World


def go_round(world: World, r: Random) -> str:
    """A round of the postman; now and then the mail server is away."""
    away = r.random() < 0.2

    def send(letter: EmailMessage) -> None:
        if away:
            raise mail.Unreachable("away")
        _sent(world, str(letter["Message-ID"]))

    return f"sent {posting.go_round(_written, send)}"


def _written(user: User, items: Sequence[Item], mark: str) -> EmailMessage:
    letter = EmailMessage()
    letter["To"], letter["Message-ID"] = user.email, mark
    letter.set_content("\n".join(item.key for item in items))
    return letter


def _sent(world: World, mark: str) -> None:
    """I17: a letter goes once; again only where whoever sent it died, or stored nothing, before it was noted."""
    sent, counts = world.memory.setdefault("letters", {}), world.ledger.counts
    counts["letters"] += 1
    excuse = sum(world.kills.values()), counts["commits refused"]
    if sent.get(mark) == excuse:
        world.wrong(f"I17: letter {mark} was sent twice")
    sent[mark] = excuse


def judge(world: World) -> None:
    """I17: when all is quiet, whatever waits for the administrator has been told in two days, and nothing twice."""
    connection = world.connection
    if connection is None or not allowed.clock_is_true(world):
        return
    for _ in range(3):
        world.clock.sleep(timedelta(days=1, seconds=1).total_seconds())
        posting.go_round(_written, lambda letter: _sent(world, str(letter["Message-ID"])))
    known = Notice.get_or_none(Notice.user == world.alice)
    told = known.keys if known else frozenset()
    untold = [item.key for item in waiting.of(Connection.get_by_id(connection.id)) if item.key not in told]
    if untold:
        world.wrong(f"I17: {sorted(untold)} waits for a person and no mail says so")
    if again := posting.go_round(_written, lambda letter: _sent(world, str(letter["Message-ID"]))):
        world.wrong(f"I17: {again} letters tell what has been told")
