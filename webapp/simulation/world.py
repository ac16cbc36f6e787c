"""The simulated world: two companies' registers, the sandbox's e-conomic, three workers, one clock, and the wire."""

from __future__ import annotations

import base64
import hashlib
import itertools
import random
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from webapp import config, ports, vault
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.inbox import Inbox
from webapp.models.user import User
from webapp.sandbox import Sandbox, create_sandbox
from webapp.simulation import boundaries, meetings, watched
from webapp.simulation.clock import Clock
from webapp.simulation.lease import Leases
from webapp.simulation.ledger import Ledger, alike
from webapp.simulation.rehearsed import Rehearsed
from webapp.simulation.wire import Call, Killed, NotStored, Wire
from webapp.simulation.witness import Witness
from webapp.sync import connect, sweep
from webapp.sync.push import stored_as
from webapp.worker import Worker

ADDRESS = "http://economic.test"
AGREEMENT, OTHER_AGREEMENT = 1482210, 1599001
DEFAULTS = {"currency": "DKK", "customer_group": "1", "payment_terms": "1", "vat_zone": "1"}
SETTINGS = config.load(
    {
        "ECONOMIC_API_URL": f"{ADDRESS}/rest",
        "ECONOMIC_OPENAPI_URL": ADDRESS,
        "ECONOMIC_GRANT_URL": f"{ADDRESS}/secure/api1/requestaccess.aspx",
        "ECONOMIC_APP_SECRET_TOKEN": "demo-app-secret",
        "ECONOMIC_APP_PUBLIC_TOKEN": "demo-app-public",
    },
    {},
)
WORKERS = 3
TAKING_OVER = "a lane taken over"


class World:
    """What a history is played in. `trace` is the order of all that happened; equal seeds give equal traces."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.chance = random.Random(f"world/{seed}")
        self.clock = Clock()
        self.ledger = Ledger()
        self.witness = Witness(self)
        self.rehearsed = Rehearsed(self)
        self.leases = Leases(self)
        self.trace: list[str] = []
        self.boundaries: Counter[str] = Counter()
        self.kills: Counter[str] = Counter()
        self.violations: list[str] = []
        self.kill_at = ""
        self.kill_in = 0
        self.refusing: list[str] = []
        self.armed: list[tuple[int, str, Callable[[], None]]] = []
        self.depth = 0
        self.at_work = -1
        self.reads: dict[tuple[int, str], str] = {}
        self.sent: dict[str, float] = {}
        self.heard: dict[str, int] = {}
        self.serial = itertools.count(1)
        self._tokens = itertools.count(1)
        self.sandbox = Sandbox(seed, now=self.clock.theirs)
        self.sandbox.sleep = self.clock.sleep
        self.wire = Wire(create_sandbox(self.sandbox).wsgi_app)
        self.wire.before, self.wire.after, self.wire.limited = self._before, self._after, self._limited
        self.interleavings: Counter[str] = Counter()
        self.rests = meetings.Rests()
        jitter = random.Random(f"jitter/{seed}")
        self.ports = ports.Ports(
            now=self.clock.ours,
            monotonic=self._seconds,
            sleep=self.clock.sleep,
            random=jitter.random,
            token=lambda nbytes: f"token-{next(self._tokens)}-of-{nbytes}",
            session=self.wire.session,
            failpoint=self._failpoint,
        )
        self.memory: dict[str, Any] = {}

    def begin(self) -> None:
        """The company, its person, both agreements, and the first connection."""
        vault.use([base64.urlsafe_b64encode(b"simulation-simulation-simulation").decode()])
        self.company = Company.create(name="Fjordglans Rengøring ApS")
        self.alice = User.create(company=self.company, email="alice@fjordglans.example", name="Alice")
        self.economic = self._agreement(AGREEMENT, "Fjordglans Rengøring ApS")
        self.workers = [self.new_worker() for _ in range(WORKERS)]

    def _agreement(self, number: int, name: str) -> Any:
        agreement = self.sandbox.add_agreement(number, name)
        if number == AGREEMENT:
            watched.watch(self, agreement)
        return agreement

    def new_worker(self) -> Worker:
        return Worker(SETTINGS, f"worker-{next(self._tokens)}")

    def _seconds(self) -> float:
        """Time may pass, and others act, where somebody looks whether enough of it has."""
        if sys._getframe(2).f_code.co_name == "beat":
            self.meet("beat")
        return self.clock.seconds()

    # -- the connection

    @property
    def connection(self) -> Connection | None:
        """The connection to the first agreement, in whatever state."""
        return Connection.of_agreement(self.company, AGREEMENT)

    def connect(self, agreement: int = AGREEMENT, by: User | None = None, *, is_sure: bool = False) -> Connection:
        """An administrator grants access in e-conomic and comes back; one not sure may shrink from another agreement.

        Raises what `connect.finish` raises."""
        by = by or self.alice
        states: list[str] = []

        def callback(state: str) -> str:
            states.append(state)
            return f"http://app.test/back?state={state}"

        endpoints = connect.Endpoints.of(SETTINGS)
        connect.begin(by, endpoints, callback)
        token = self.sandbox.agreement(agreement).grant("demo-app-public")
        around, self.memory["working for"] = self.memory.get("working for"), agreement
        try:
            back = connect.finish(by, states[0], {"token": token}, endpoints)
        finally:
            self.memory["working for"] = around
        if isinstance(back, connect.OtherAgreement):
            if not is_sure and self.chance.random() < 0.35:
                connect.decline(by, back.grant.id)
                return back.before
            back = connect.confirm(by, back.grant.id)
        self._furnish(back)
        return back

    def _furnish(self, connection: Connection) -> None:
        """What an administrator does next: the default values, and the webhook in e-conomic."""
        if not connection.default_currency:
            connection.set_defaults(DEFAULTS)
            connection.save(only=[f"default_{name}" for name in DEFAULTS])
        if self.memory.get("webhook") is None and connection.agreement_number == AGREEMENT:
            self.set_up_webhook(connection)

    def set_up_webhook(self, connection: Connection) -> None:
        self.memory["webhook"] = connect.new_webhook(connection)
        for key in list(self.economic.webhooks):
            del self.economic.webhooks[key]
        about = {"eventType": "CUSTOMER_UPDATED", "contentType": "application/x-www-form-urlencoded"}
        address = f"http://app.test/w/{self.memory['webhook']}"
        self.sandbox.webhooks.set_up(
            self.economic, about | {"url": address, "postData": "new=[NEWNUMBER]&old=[OLDNUMBER]"}
        )

    def token(self, nbytes: str = "") -> str:
        return f"{next(self._tokens)}{nbytes}"

    # -- what happens around a call

    def _before(self, call: Call) -> None:
        self.note("call", call.method, call.path, call.number, call.key)
        self._check_grant(call)
        self.sent[call.key] = self.clock.seconds()
        if call.key and call.key not in self.heard:
            self.heard[call.key] = Inbox.newest()
        self.witness.calls(call)
        self.rehearsed.calls(call)
        self.ledger.counts["writes"] += call.method != "GET"
        if self.at_work >= 0 and self.rests.too_early(self._agreement_now(), self.clock.seconds(), self._excuse()):
            self.wrong(f"I11: {call.method} {call.path} before the time that e-conomic asked for")
        self.meet("before")
        self.meet(f"before {call.method}")
        meetings.sent(self, call, *self._versions(call))

    def _limited(self, seconds: float) -> None:
        """A worker is told when to come again. What a person's own granting of access is told is nobody else's."""
        if self.at_work < 0:
            return
        self.rests.asked(self._agreement_now(), self.clock.seconds() + seconds, self._excuse())

    def _agreement_now(self) -> int:
        return int(self.memory.get("working for") or 0)

    def _excuse(self) -> tuple[object, ...]:
        """Nobody can know of a rest after a death, a clock that was set, or a new grant."""
        return sum(self.kills.values()), self.clock.ours() - self.clock.theirs(), len(self.sandbox.grants)

    def _after(self, call: Call, status: int) -> None:
        self.note("answer", str(status))
        meetings.took_effect(self, call, status)
        number = call.path.rpartition("/")[2]
        if call.method == "GET" and number.isdigit() and int(number) in self.economic.customers:
            self.reads[self.at_work, number] = self.economic.customers[int(number)]["objectVersion"]
        if status == 404 and number.isdigit():
            self.meet("after 404")
        self.meet(f"after {call.method}")
        self.meet("after")

    def last_read(self, call: Call) -> str:
        """The version that the worker at work read last of the customer that this call is about."""
        return self.reads.get((self.at_work, call.path.rpartition("/")[2]), "")

    def _versions(self, call: Call) -> tuple[str, str]:
        """What stands there now, and what the worker at work read last."""
        number = call.path.rpartition("/")[2]
        stored = self.economic.customers[int(number)] if number.isdigit() and int(number) in self._numbers() else {}
        return str(stored.get("objectVersion", "")), self.last_read(call)

    def _numbers(self) -> set[int]:
        return set(self.economic.customers)

    def meet(self, moment: str) -> None:
        """Let what is armed for this moment happen now, inside whatever is going on."""
        due = [arm for arm in self.armed if arm[1] == moment]
        for arm in due:
            self.armed.remove(arm)
            if arm[0] > 1:
                self.armed.append((arm[0] - 1, moment, arm[2]))
        for arm in due:
            if arm[0] <= 1:
                self.depth += 1
                try:
                    arm[2]()
                finally:
                    self.depth -= 1

    def _failpoint(self, name: str) -> None:
        self.witness.reaches(name)
        failpoint, name = name, boundaries.met(name)
        self.boundaries[name] += 1
        self.leases.passes(failpoint, name)
        if name == "lane.claimed":
            self.witness.begins()
            self.meet("claimed")
        if self.at_work >= 0 and name.endswith(" after commit"):
            self.meet("commit")
        if self.refusing and name.endswith(" before commit"):
            self.note("refused", name)
            self.ledger.counts["commits refused"] += 1
            raise NotStored(self.refusing.pop())
        taken_over = self.kill_at == TAKING_OVER and name == "lane.claimed" and self.leases.taken_over
        if self.kill_at and (self.kill_at in ("*", name) or taken_over):
            self.kill_in -= 1
            if self.kill_in <= 0:
                self.kill_at = ""
                self.kills[name] += 1
                self.note("killed", name)
                raise Killed(name)

    def keeps(self, sent: str, kept: str) -> bool:
        """This is what e-conomic makes of a value that it is sent: the same, in capitals, or cut."""
        how = self.sandbox.switches.texts_kept
        capitals, cut = how == "capitals" and alike(sent.upper(), kept), how == "cut" and stored_as(sent, kept)
        return alike(sent, kept) or capitals or cut

    def note(self, *words: str) -> None:
        self.trace.append(" ".join(words))

    def wrong(self, sentence: str) -> None:
        self.violations.append(sentence)

    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()[:16]

    def _check_grant(self, call: Call) -> None:
        """Only tokens of the connection that is being worked for leave the house."""
        grant = self.sandbox.grants.get(call.grant)
        agreement = self.memory.get("working for")
        if grant is not None and agreement is not None and grant["agreement"] != agreement:
            self.wrong(f"I10: a call for agreement {agreement} carried the grant of {grant['agreement']}")


def page_size(size: int) -> None:
    """How many customers a page of e-conomic's list holds."""
    sweep.PAGE_SIZE = size
