"""The load: people, an accountant and a webhook sender over real HTTP, who write down each answer they were given."""

import contextlib
import itertools
import random
import re
import threading
import time
from collections.abc import Callable, Iterator

import requests

from tests.kills import bulk
from tests.kills.furnish import AGREEMENT, Facts
from tests.kills.house import House
from tests.kills.log import BOTH, OURS, THEIRS, Entry, Log
from tests.kills.person import Person, hidden
from webapp import db
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import OPEN, Pairing

PAUSE = 0.02
THEIR_OWN = (1001, 1060)


class Load:
    """Threads that go on asking, whatever happens to the processes, until the block ends."""

    def __init__(self, house: House, facts: Facts, seed: int) -> None:
        self.house, self.facts, self.log = house, facts, Log()
        self.customers = dict(facts.customers)
        self.wanted = ""
        self.shown: tuple[int, str] | None = None
        self._serial = itertools.count(1)
        self._numbers = itertools.count(50_001)
        self._seed = seed
        self._stop = threading.Event()

    @contextlib.contextmanager
    def going_on(self) -> Iterator[None]:
        threads = [
            threading.Thread(target=self._go, args=(part,)) for part in (self._person, self._planner, self._callers)
        ]
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
                with _whatever_happens(), db.connected():
                    self._accountant(chance)
            yield

    def _call(self, http: requests.Session, chance: random.Random) -> None:
        number, mark = chance.randint(*THEIR_OWN), self.token()
        body = {"new": number, "old": number, "mark": mark}
        with self.log.noting(Entry("webhook", number, mark)) as said:
            said(http.post(f"{self.house.app}/w/{self.facts.webhook}", data=body, timeout=3).status_code == 200)

    def _accountant(self, chance: random.Random) -> None:
        """Edits a customer there: one of their own, or one that we have made."""
        made = Mirror.of(self.facts.connection_id).where(Mirror.number > THEIR_OWN[1]).limit(20)
        numbers = [mirror.number for mirror in made] if chance.random() < 0.3 else []
        number = chance.choice(numbers) if numbers else chance.randint(*THEIR_OWN)
        self.edit_there(number, BOTH if chance.random() < 0.15 else THEIRS)

    def edit_there(self, number: int, name: str) -> None:
        value = self.token()
        with self.log.noting(Entry("theirs", number, value, name)) as said:
            self.house.control(f"agreements/{AGREEMENT}/edit", number=number, **{name: value})
            said(True)

    # -- the person

    def _person(self, chance: random.Random) -> Iterator[None]:
        verbs = [
            self._save,
            self._save,
            self.add,
            self._pair,
            self._pair_theirs,
            self._delete,
            self._compare,
        ]
        asked = {"push": self._save, "create": self._pair, "remove": self._delete, "sweep": self._compare}
        asked |= {"look": self._save}
        while True:
            verb = chance.choice(verbs)
            if chance.random() < 0.6:
                verb = asked.get(self.wanted.partition(".")[0], verb)
            with _whatever_happens(), db.connected():
                verb(self.person, chance)
            yield

    def _planner(self, chance: random.Random) -> Iterator[None]:
        """The colleague at the next desk, who orders for many at once and takes it back."""
        while True:
            with _whatever_happens(), db.connected():
                bulk.work(self, self.person, chance)
            yield

    def _save(self, person: Person, chance: random.Random) -> None:
        self.edit_here(person, self._some(chance), BOTH if chance.random() < 0.15 else OURS)

    def edit_here(self, person: Person, customer: int, name: str) -> None:
        value = self.token()
        with self.log.noting(Entry("form", customer, value, name)) as said:
            said(person.post(f"/customers/{customer}", **{name: value}).status_code == 200)

    def add(self, person: Person, chance: random.Random) -> None:
        number, value = next(self._numbers), self.token()
        with self.log.noting(Entry("add", number, value)) as said:
            answer = person.post("/customers", name=f"Ny {value}", number=str(number), currency="DKK")
            said(answer.status_code == 200)
            made = re.search(r"/customers/(\d+)", answer.headers.get("HX-Redirect", ""))
            if made:
                self.customers[int(made[1])] = number

    def _pair(self, person: Person, chance: random.Random) -> None:
        """ "Opret partner" for one of ours; a made one first when none is left."""
        paired = {e.subject for e in self.log.of("pair")} | {e.subject for e in self.log.of("delete", acked=None)}
        free = [c for c in self.customers if c not in paired]
        if not free:
            self.add(person, chance)
            return
        customer, number = chance.choice(free), next(self._numbers)
        with self.log.noting(Entry("pair", customer, str(number))) as said:
            said(person.post(f"/pairings/new/ours/{customer}", number=str(number)).status_code == 200)

    def _pair_theirs(self, person: Person, chance: random.Random) -> None:
        paired = Pairing.living(self.facts.connection_id).where(Pairing.mirror.is_null(False)).select(Pairing.mirror)
        free = list(Mirror.of(self.facts.connection_id).where(Mirror.id.not_in(paired)).limit(20))
        if free:
            mirror = chance.choice(free)
            with self.log.noting(Entry("pair theirs", mirror.id)) as said:
                number = str(next(self._numbers))
                said(person.post(f"/pairings/new/theirs/{mirror.id}", number=number).status_code == 200)

    def _delete(self, person: Person, chance: random.Random) -> None:
        """Delete one of our paired customers, and then its partner there."""
        wanted = Pairing.living(self.facts.connection_id).where(Pairing.state == OPEN, ~Pairing.deleting)
        open_ = list(wanted.where(Pairing.customer.in_(list(self.customers))).limit(20))
        if not open_:
            self._pair(person, chance)
            return
        pair = chance.choice(open_)
        with self.log.noting(Entry("delete", pair.customer_id)) as said:
            said(person.post(f"/customers/{pair.customer_id}/removal").status_code == 200)
        answer = person.get(f"/questions/{pair.id}/deletion")
        seen = {name: hidden(answer.text, name) for name in ("ours", "theirs", "pair")}
        with self.log.noting(Entry("delete there", pair.id)) as said:
            said(person.post(f"/questions/{pair.id}/deletion", **seen).status_code == 200)

    def _compare(self, person: Person, chance: random.Random) -> None:
        with self.log.noting(Entry("compare", 0)) as said:
            said(person.post("/sync/compare").status_code == 200)

    def _some(self, chance: random.Random) -> int:
        """One of our customers, mostly one with a partner: its values are sent."""
        gone = {e.subject for e in self.log.of("delete", acked=None)}
        paired = [e.subject for e in self.log.of("pair") if e.subject not in gone]
        if paired and chance.random() < 0.6:
            return chance.choice(paired)
        if chance.random() < 0.5:
            return chance.choice([one.id for one in Customer.of(self.facts.company_id)])
        return chance.choice([c for c in self.customers if c not in gone] or list(self.customers))


@contextlib.contextmanager
def _whatever_happens() -> Iterator[None]:
    """The app may be dead just now, or its database: then the person tries something else."""
    with contextlib.suppress(requests.RequestException, db.peewee.PeeweeException, Customer.DoesNotExist):
        yield
