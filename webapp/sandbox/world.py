"""The sandbox itself: agreements, apps, users and grants, and everything that stands around them."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from webapp.sandbox.agreement import Agreement
from webapp.sandbox.delivery import Deliver, over_http, pump
from webapp.sandbox.faults import Faults, Hooks
from webapp.sandbox.idempotency import Idempotency
from webapp.sandbox.ratelimit import Budgets
from webapp.sandbox.references import seed as seed_references
from webapp.sandbox.store import Row, Store
from webapp.sandbox.switches import Switches
from webapp.sandbox.webhooks import Webhooks

DEMO_SECRET, DEMO_PUBLIC = "demo-app-secret", "demo-app-public"
SHARED_DEMO_AGREEMENT = 1118081


class Sandbox:
    """One pretend e-conomic; several may stand side by side."""

    def __init__(self, seed: int = 0, now: Callable[[], datetime] | None = None, store: Path | None = None) -> None:
        self.seed = seed
        self.now = now or (lambda: datetime.now(UTC))
        self.sleep: Callable[[float], None] = time.sleep
        self.deliver: Deliver = self._deliver
        self.store = Store(store)
        self._pumping = threading.RLock()
        self._counter = self.store.table("counter")
        self.agreement_rows = self.store.table("agreements")
        self.apps = self.store.table("apps")
        self.users = self.store.table("users")
        self.grants = self.store.table("grants")
        self.switches = Switches(self.store.table("switches"))
        self.webhooks = Webhooks(self)
        self.faults = Faults(seed)
        self.hooks = Hooks()
        self.budgets = Budgets(self)
        self.idempotency = Idempotency(self)
        self._agreements: dict[int, Agreement] = {}
        if DEMO_SECRET not in self.apps:
            self.register_app(DEMO_SECRET, DEMO_PUBLIC, "CleanManager")

    # -- agreements, apps, users

    def add_agreement(self, number: int, company_name: str, *, language: str = "da") -> Agreement:
        """A new agreement with the lists every agreement has."""
        if str(number) in self.agreement_rows:
            raise ValueError(f"agreement {number} exists")
        with self.store.writing():
            signed_up = self.now().date().isoformat()
            row = {"number": number, "companyName": company_name, "language": language, "signupDate": signed_up}
            self.agreement_rows[str(number)] = row
            agreement = self.agreement(number)
            seed_references(agreement)
        return agreement

    def agreement(self, number: int) -> Agreement:
        """The agreement with this number; KeyError when there is none."""
        if str(number) not in self.agreement_rows:
            raise KeyError(number)
        with self.store.lock:
            if number not in self._agreements:
                self._agreements[number] = self._open(number)
            return self._agreements[number]

    def agreements(self) -> Iterator[Agreement]:
        """All agreements, oldest first."""
        return (self.agreement(int(number)) for number in self.agreement_rows)

    def register_app(self, secret_token: str, public_token: str, name: str, *, roles: tuple[str, ...] = ()) -> None:
        """An app that may ask for grants."""
        number = len(self.apps) + 3162
        self.apps[secret_token] = {
            "secret": secret_token,
            "public": public_token,
            "name": name,
            "number": number,
            "roles": list(roles) or ["SuperUser"],
            "created": self.now().date().isoformat(),
            "redirects": [],
        }

    def app_by_public(self, public_token: str) -> Row:
        """The app with this public token; KeyError when there is none."""
        for app in self.apps.values():
            if app["public"] == public_token:
                return dict(app)
        raise KeyError(public_token)

    def add_user(self, email: str, password: str, agreements: list[int], name: str = "") -> None:
        """Someone who may log in and work in these agreements."""
        self.users[email] = {"email": email, "password": password, "agreements": agreements, "name": name or email}

    def delete_user(self, email: str) -> None:
        """Take a user away; the grants the user gave die with it."""
        with self.store.writing():
            self.users.pop(email, None)
            for token, grant in list(self.grants.items()):
                if grant.get("user") == email:
                    del self.grants[token]

    # -- time, versions, secrets

    def timestamp(self) -> str:
        """Now, to the second, as e-conomic writes it."""
        return self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def count(self, what: str) -> int:
        """The next number of a series that survives a restart."""
        with self.store.lock:
            count: int = self._counter.get(what, 0) + 1
            self._counter[what] = count
            return count

    def version(self) -> str:
        """A fresh object version."""
        return f"{self.count('version'):016X}"

    def secret(self, what: str) -> str:
        """A fresh secret, the same for the same seed and history."""
        text = f"{self.seed}/{what}/{self.count(what)}"
        return hashlib.sha256(text.encode()).hexdigest()[:43]

    def log_id(self) -> str:
        """The id an answer carries for the support desk."""
        text = f"{self.seed}/log/{self.budgets.calls}"
        return hashlib.sha256(text.encode()).hexdigest()[:16] + "-CPH"

    # -- hooks and webhooks

    def hook(self, **callables: Callable[[], Any]) -> None:
        """Run each callable once, at the named moment: between_get_and_put, before_post, between_pages …"""
        self.hooks.add(**callables)

    def pump(self, now: datetime | None = None) -> int:
        """Deliver the webhook calls that are due; answers how many were tried."""
        with self._pumping:
            return pump(self, now or self.now())

    def _deliver(self, method: str, url: str, headers: dict[str, str], body: bytes) -> int:
        return over_http(method, url, headers, body, timeout=self.switches.webhook_timeout)

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()

    def _open(self, number: int) -> Agreement:
        agreement = Agreement(self, number)
        crowd = agreement.about.get("derived")
        if crowd:
            from webapp.sandbox.crowd import Crowd

            agreement.customers.derive(Crowd(**crowd))
        return agreement
