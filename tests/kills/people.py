"""The load: people, an accountant and a webhook sender over real HTTP, who write down each answer they were given."""

import contextlib
import itertools
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.kills.furnish import AGREEMENT, EMAIL, PASSWORD, Facts
from tests.kills.house import House
from webapp import db
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import OPEN, Pairing

PIECE = {"HX-Request": "true"}
PAUSE = 0.02
OURS, THEIRS, BOTH = "phone", "city", "website"
"""The fields that only we write, that only the accountant writes, and that both do."""


@dataclass(frozen=True)
class Entry:
    """Something that was asked for. `acked`: it was answered with a yes; else nobody knows what became of it."""

    kind: str
    subject: int
    value: str = ""
    field: str = ""
    acked: bool = False


@dataclass
class Log:
    """Everything that was asked for, in its order, and when the app last said yes."""

    entries: list[Entry] = field(default_factory=list)
    acks: list[float] = field(default_factory=list)

    def of(self, kind: str, *, acked: bool | None = True) -> list[Entry]:
        return [e for e in self.entries if e.kind == kind and acked in (None, e.acked)]


class Load:
    """Threads that go on asking, whatever happens to the processes, until the block ends."""

    def __init__(self, house: House, facts: Facts, seed: int) -> None:
        self.house, self.facts, self.log = house, facts, Log()
        self.customers = dict(facts.customers)
        self.wanted = ""
        self._serial = itertools.count(1)
        self._numbers = itertools.count(50_001)
        self._seed = seed
        self._stop = threading.Event()

    @contextlib.contextmanager
    def going_on(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._go, args=(part,)) for part in (self._person, self._callers)]
        self.log_in()
        self._stop.clear()
        for thread in threads:
            thread.start()
        self.await_acks(2)
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(timeout=60)

    def log_in(self) -> None:
        self.person = Person(self.house.app)

    def await_acks(self, count: int, seconds: float = 60) -> None:
        """Until the app has said yes so often."""
        until = time.monotonic() + seconds
        while len(self.log.acks) < count:
            if time.monotonic() > until:
                raise TimeoutError(f"the app said yes {len(self.log.acks)} times only:\n{self.house.printed()}")
            time.sleep(0.01)

    def await_fetch(self, seconds: float = 20) -> None:
        """Until e-conomic's customers have been fetched for the first time."""
        until = time.monotonic() + seconds
        with db.connected():
            while Connection.get_by_id(self.facts.connection_id).fetched_at is None:
                if time.monotonic() > until:
                    raise TimeoutError(f"nothing was fetched:\n{self.house.printed()}")
                time.sleep(0.05)

    def _go(self, part: Callable[[random.Random], Iterator[None]]) -> None:
        for _ in part(random.Random(f"{part.__name__}/{self._seed}")):
            if self._stop.wait(PAUSE):
                return

    def token(self) -> str:
        """A value that nobody else writes."""
        return f"t{self._seed}-{next(self._serial)}"

    # -- the webhook sender and the accountant

    def _callers(self, chance: random.Random) -> Iterator[None]:
        http = requests.Session()
        while True:
            with _whatever_happens():
                self._call(http, chance)
            if chance.random() < 0.3:
                with _whatever_happens():
                    self._accountant(chance)
            yield

    def _call(self, http: requests.Session, chance: random.Random) -> None:
        number, mark = chance.randint(1001, 1060), self.token()
        body = {"new": number, "old": number, "mark": mark}
        with self.noting(Entry("webhook", number, mark)) as said:
            said(http.post(f"{self.house.app}/w/{self.facts.webhook}", data=body, timeout=3).status_code == 200)

    def _accountant(self, chance: random.Random) -> None:
        """Edits a customer there, or makes a new one."""
        number, value = chance.randint(1001, 1060), self.token()
        name = BOTH if chance.random() < 0.15 else THEIRS
        with self.noting(Entry("theirs", number, value, name)) as said:
            self.house.control(f"agreements/{AGREEMENT}/edit", number=number, **{name: value})
            said(True)

    # -- the person

    def _person(self, chance: random.Random) -> Iterator[None]:
        verbs = [
            self._save,
            self._save,
            self._add,
            self._pair,
            self._pair_theirs,
            self._delete,
            self._run,
            self._compare,
        ]
        asked = {"push": self._save, "create": self._pair, "remove": self._delete, "sweep": self._compare}
        asked |= {"look": self._save, "run": self._run}
        while True:
            verb = chance.choice(verbs)
            if chance.random() < 0.6:
                verb = asked.get(self.wanted.partition(".")[0], verb)
            with _whatever_happens(), db.connected():
                verb(self.person, chance)
            yield

    def _save(self, person: "Person", chance: random.Random) -> None:
        customer, value = self._some(chance), self.token()
        name = BOTH if chance.random() < 0.15 else OURS
        with self.noting(Entry("form", customer, value, name)) as said:
            said(person.post(f"/customers/{customer}", **{name: value}).status_code == 200)

    def _add(self, person: "Person", chance: random.Random) -> None:
        number, value = next(self._numbers), self.token()
        with self.noting(Entry("add", number, value)) as said:
            answer = person.post("/customers", name=f"Ny {value}", number=str(number), currency="DKK")
            said(answer.status_code == 200)
            made = re.search(r"/customers/(\d+)", answer.headers.get("HX-Redirect", ""))
            if made:
                self.customers[int(made[1])] = number

    def _pair(self, person: "Person", chance: random.Random) -> None:
        """ "Opret partner" for one of ours; a made one first when none is left."""
        paired = {e.subject for e in self.log.of("pair")} | {e.subject for e in self.log.of("delete", acked=None)}
        free = [c for c in self.customers if c not in paired]
        if not free:
            self._add(person, chance)
            return
        customer, number = chance.choice(free), next(self._numbers)
        with self.noting(Entry("pair", customer, str(number))) as said:
            said(person.post(f"/pairings/new/ours/{customer}", number=str(number)).status_code == 200)

    def _pair_theirs(self, person: "Person", chance: random.Random) -> None:
        paired = Pairing.living(self.facts.connection_id).where(Pairing.mirror.is_null(False)).select(Pairing.mirror)
        free = list(Mirror.of(self.facts.connection_id).where(Mirror.id.not_in(paired)).limit(20))
        if free:
            mirror = chance.choice(free)
            with self.noting(Entry("pair theirs", mirror.id)) as said:
                number = str(next(self._numbers))
                said(person.post(f"/pairings/new/theirs/{mirror.id}", number=number).status_code == 200)

    def _delete(self, person: "Person", chance: random.Random) -> None:
        """Delete one of our paired customers, and then its partner there."""
        wanted = Pairing.living(self.facts.connection_id).where(Pairing.state == OPEN, ~Pairing.deleting)
        open_ = list(wanted.where(Pairing.customer.in_(list(self.customers))).limit(20))
        if not open_:
            self._pair(person, chance)
            return
        pair = chance.choice(open_)
        with self.noting(Entry("delete", pair.customer_id)) as said:
            said(person.post(f"/customers/{pair.customer_id}/removal").status_code == 200)
        answer = person.get(f"/questions/{pair.id}/deletion")
        seen = {name: _hidden(answer.text, name) for name in ("ours", "theirs", "pair")}
        with self.noting(Entry("delete there", pair.id)) as said:
            said(person.post(f"/questions/{pair.id}/deletion", **seen).status_code == 200)

    def _run(self, person: "Person", chance: random.Random) -> None:
        side = chance.choice(("ours", "theirs", "theirs"))
        kind = "create_theirs" if side == "ours" else "create_ours"
        address = person.post(f"/runs/plans/{kind}", rule="next").headers.get("HX-Redirect", "")
        seal = _hidden(person.get(address).text, "seal")
        with self.noting(Entry("run", 0, side)) as said:
            said(person.post(f"{address}/start", seal=seal).status_code == 200)

    def _compare(self, person: "Person", chance: random.Random) -> None:
        with self.noting(Entry("compare", 0)) as said:
            said(person.post("/sync/compare").status_code == 200)

    def _some(self, chance: random.Random) -> int:
        """One of our customers, mostly one with a partner: its values are sent."""
        gone = {e.subject for e in self.log.of("delete", acked=None)}
        paired = [e.subject for e in self.log.of("pair") if e.subject not in gone]
        if paired and chance.random() < 0.8:
            return chance.choice(paired)
        return chance.choice([c for c in self.customers if c not in gone] or list(self.customers))

    @contextlib.contextmanager
    def noting(self, entry: Entry) -> Iterator[Callable[[bool], None]]:
        """Write the entry down, acknowledged or in doubt; also when the answer never came."""
        answers: list[bool] = []
        try:
            yield answers.append
        finally:
            if any(answers) and entry.kind != "theirs":
                self.log.acks.append(time.monotonic())
            self.log.entries.append(Entry(entry.kind, entry.subject, entry.value, entry.field, any(answers)))


class Person:
    """A browser that is logged in: the session outlives every restart of the app."""

    def __init__(self, app: str) -> None:
        self.app, self.http = app, requests.Session()
        token = _hidden(self.http.get(f"{app}/login", timeout=3).text, "csrf_token")
        form = {"csrf_token": token, "email": EMAIL, "password": PASSWORD}
        answer = self.http.post(f"{app}/login", data=form, timeout=5, allow_redirects=False)
        if answer.status_code != 303:
            raise requests.RequestException(f"not let in: {answer.status_code}")
        self.token = _hidden(self.http.get(f"{app}/customers/new", timeout=3).text, "csrf_token")

    def get(self, path: str) -> requests.Response:
        return self.http.get(self.app + path, headers=PIECE, timeout=3)

    def post(self, path: str, **form: Any) -> requests.Response:
        return self.http.post(self.app + path, data={"csrf_token": self.token} | form, headers=PIECE, timeout=3)


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page)
    if found is None:
        raise requests.RequestException(f"no {name} in the page")
    return found[1]


@contextlib.contextmanager
def _whatever_happens() -> Iterator[None]:
    """The app may be dead just now, or its database: then the person tries something else."""
    with contextlib.suppress(requests.RequestException, db.peewee.PeeweeException, Customer.DoesNotExist):
        yield
