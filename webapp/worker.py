"""The worker: asks in turn what is due (inbox, looks, sweeps, runs) and does it; stops on a signal, loses nothing."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from webapp import db, migrations, ports, vault
from webapp.economic.client import Client
from webapp.economic.errors import (
    EconomicError,
    Forbidden,
    GrantWithdrawn,
    PermanentError,
    RateLimited,
    Unreachable,
    Withheld,
)
from webapp.models import lane as lanes
from webapp.models.connection import Connection
from webapp.models.lane import Fenced, Halted, Lane
from webapp.models.pairing import Pairing
from webapp.models.place import Heartbeat
from webapp.models.run import RunItem
from webapp.sync import (
    apply,
    checking,
    connect,
    due,
    inbox,
    lists,
    look,
    push,
    rehearsal,
    runs,
    suggesting,
    sweep,
    undo_there,
)
from webapp.sync.budget import WITHOUT_A_WORD, Pace

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.25
LONGEST_PAUSE = 8.0
TURNS = 25
LONGEST_TURNS = 10.0
"""Seconds after which a connection begins no further look in this round, however slowly its calls are answered."""
LONGEST_WAIT = 900.0
FORGOTTEN_AFTER = timedelta(days=1)


class Worker:
    """One loop over all connections; each gets some turns, so that none starves another."""

    def __init__(self, settings: Mapping[str, Any], name: str = "") -> None:
        self.endpoints = connect.Endpoints.of(settings)
        self.poll_seconds = int(settings["POLL_SECONDS"])
        self.compare_at = str(settings["COMPARE_AT"])
        self.name = name or f"{os.getpid()}-{ports.token(4)}"
        self.stopping = threading.Event()
        self._clients: dict[tuple[int, str], Client] = {}
        self._paces: dict[int, Pace] = {}
        self._rests: dict[int, float] = {}

    def run(self) -> None:
        """Work until told to stop. Nothing is begun while the database is away, full, damaged or a newer program's."""
        pause = IDLE_SECONDS
        while not self.stopping.is_set():
            try:
                with db.connected():
                    Lane.let_go(self.name)
                    db.refuse_damaged()
                    Heartbeat.delete().where(Heartbeat.seen_at < ports.now() - FORGOTTEN_AFTER).execute()
                    while not self.stopping.is_set():
                        self._work_or_rest()
                        pause = IDLE_SECONDS
            except Exception as fault:
                known = db.is_unusable(fault) or isinstance(fault, migrations.NewerDatabase)
                why, shown = (db.reason(fault), None) if known else (type(fault).__name__, fault)
                log.error("a round of the worker failed: %s; the next in %.1f s", why, pause, exc_info=shown)
                self.stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _work_or_rest(self) -> None:
        migrations.refuse_newer()
        if not self.round():
            self.stopping.wait(IDLE_SECONDS)

    def stop(self) -> None:
        self.stopping.set()

    def round(self) -> int:
        """Give every working connection some turns; how many looks were taken."""
        self._beat()
        taken = 0
        for connection in list(Connection.working()):
            taken += self.turns(connection)
        return taken

    def turns(self, connection: Connection, most: int = TURNS) -> int:
        """Take up to `most` looks for one connection, as long as its share of the time lasts."""
        if connection.is_active:
            due.schedule(connection, self.poll_seconds, self.compare_at)
        inbox.drain(connection)
        rehearsal.settle(connection)
        sides = () if connection.is_active else (lanes.LISTS,)
        pace, until = self._pace(connection), ports.monotonic() + LONGEST_TURNS
        for taken in range(most):
            if self.stopping.is_set() or ports.monotonic() >= until or pace.pause() > 0:
                return taken
            held = Lane.claim(self.name, connection, sides=sides)
            if held is None:
                return taken
            if not _goes_on(connection):  # Asked when the lane is ours: whatever changes from now on wakes it anew.
                held.again()
                return taken
            ports.failpoint("lane.claimed")
            self._guarded(held, connection)
        return most

    def _guarded(self, held: Lane, connection: Connection) -> None:
        """Take the turn; where another worker has taken the lane over meanwhile, what became of it is for that one."""
        try:
            self._turn(held, connection)
        except Fenced:
            log.info("lane %s %s went to another worker", held.side, held.record)

    def _turn(self, held: Lane, connection: Connection) -> None:
        """Do what the lane asks for; sort what went wrong into later, a person's task, or the whole connection's."""
        try:
            self._do(held, connection)
        except Fenced:
            raise
        except Halted:
            held.again()
        except Withheld:
            held.later(LONGEST_PAUSE)
        except GrantWithdrawn:
            connection.pause("grant_withdrawn")
            held.again()
        except vault.Unreadable:
            connection.pause("key_missing")
            held.again()
        except RateLimited as fault:
            self._pace(connection).rest(fault.wait or WITHOUT_A_WORD)
            if fault.status:
                held.postpone(0.0, kind=fault.kind, text=str(fault)[:500])
            else:  # It was our own budget that said so.
                held.again()
        except PermanentError as fault:
            self._permanent(held, connection, fault)
        except EconomicError as fault:
            if isinstance(fault, Unreachable):
                self._pace(connection).unanswered()
            held.postpone(self._wait(held, fault), kind=fault.kind, text=str(fault)[:500])
        except Exception as fault:
            if db.is_damaged(fault):
                raise
            log.exception("a look at %s %s failed", held.side, held.record)
            held.postpone(self._wait(held, None), kind="surprise", text=type(fault).__name__)

    def _do(self, held: Lane, connection: Connection) -> None:
        doing: dict[str, Callable[[], None]] = {
            lanes.PAIR: lambda: look.at_pair(held, self._client(connection), connection),
            lanes.THEIRS: lambda: look.at_number(held, self._client(connection), connection),
            lanes.SWEEP: lambda: sweep.step(held, self._client(connection), connection),
            lanes.LISTS: lambda: lists.read_lists(held, self._client(connection), connection),
            lanes.RUN: lambda: runs.step(held, connection),
            lanes.PLAN: lambda: runs.make(held, connection),
            lanes.SUGGEST: lambda: suggesting.step(held, connection, self._rests),
            lanes.CHECK: lambda: checking.step(held, connection),
        }
        doing[held.side]()

    def _permanent(self, held: Lane, connection: Connection, fault: PermanentError) -> None:
        """A record's fault stands on its row; one that no row can carry pauses the connection with a message."""
        of_all = isinstance(fault, Forbidden) and fault.method == "GET" and not undo_there.is_at_work(held.record)
        if held.side == lanes.PAIR and not of_all:
            _refuse(held, fault)
        elif isinstance(fault, Forbidden):
            connection.pause("forbidden")
            held.again()
        else:
            held.postpone(self._wait(held, fault), kind=fault.kind, text=str(fault)[:500])

    def _wait(self, held: Lane, fault: EconomicError | None) -> float:
        """Doubling waits with full jitter, no shorter than e-conomic asked for."""
        asked = (fault.wait if fault else None) or 0.0
        backoff = min(2.0 * 2.0 ** min(held.tries, 9), LONGEST_WAIT) * (0.5 + ports.random() / 2)
        return max(asked, min(backoff, LONGEST_WAIT))

    def _pace(self, connection: Connection) -> Pace:
        return self._paces.setdefault(connection.id, Pace(connection.id))

    def _client(self, connection: Connection) -> Client:
        key = (connection.id, connection.grant_token)
        if key not in self._clients:
            self._clients[key] = connect.client(connection, self.endpoints, self._pace(connection))
        return self._clients[key]

    def _beat(self) -> None:
        Heartbeat.beat(self.name)


def _goes_on(connection: Connection) -> bool:
    """It may still be worked for, and in the same way: a person may have stopped it since it was read, ended its
    rehearsal, or granted access anew."""
    now = Connection.working().where(Connection.id == connection.id, Connection.grant_token == connection.grant_token)
    found = now.first()
    as_before = connection.is_active, connection.rehearsal
    return found is not None and (found.is_active, found.rehearsal) == as_before


@db.retrying
def _refuse(held: Lane, fault: PermanentError) -> None:
    with db.write():
        held.hold()
        pair = apply.lock(held.record)
        if pair is not None:
            pair.deleting = False
            push.refuse(pair, _planned_values(pair), fault.kind, (), fault.message)
        RunItem.settle_pairing(held.record, fault.kind if pair is not None else "moved")
        held.finish()


def _planned_values(pair: Pairing) -> dict[str, str]:
    from webapp.sync import standing

    return standing.plan_of(pair).pushes if pair.mirror is not None else {}
