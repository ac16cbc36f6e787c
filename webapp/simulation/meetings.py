"""What meets what on the way: the interleavings that a proof must have seen, counted by name, and calls too early."""

from __future__ import annotations

from typing import Any

from webapp.models import history
from webapp.models.attempt import Attempt
from webapp.models.history import History
from webapp.simulation.wire import Call
from webapp.sync import standing

SAVE = "a save while a push is in flight"
WEBHOOK = "a webhook after the worker's GET"
OLD_ROW = "a page row older than a push"
OPEN_QUESTION = "a question open on one field while another is pushed"
EDIT_BEFORE = "a colleague's edit between our GET and PUT"
EDIT_AFTER = "a colleague's edit between PUT and read-back"
DELETED = "a deletion between GET and PUT"
REUSED = "deleted and created again under the same number between two looks"
SWAPPED = "two numbers swapped"
OLD_FORM = "a form opened before a pull and saved after it"
MOVED = "an answer given to a question that has moved"
NAMES = (
    SAVE, WEBHOOK, OLD_ROW, OPEN_QUESTION, EDIT_BEFORE, EDIT_AFTER, DELETED, REUSED, SWAPPED, OLD_FORM, MOVED,
)  # fmt: skip
_SAID = {
    ("they reuse", "reused"): REUSED,
    ("they swap", "swapped"): SWAPPED,
    ("we answer", "refused: Moved"): MOVED,
}
SLACK = 1.0


def happened(world: Any, verb: str, said: str) -> None:
    """A step took place; was a call under way, and which?"""
    for (known, begins), name in _SAID.items():
        world.interleavings[name] += verb == known and said.startswith(begins)
    for call, moment in world.wire.under_way:
        is_write, answered = call.method == "PUT", moment == "after"
        world.interleavings[SAVE] += is_write and (verb, said) == ("we edit", "saved")
        world.interleavings[EDIT_AFTER] += is_write and answered and verb == "they edit" and said.startswith("edited")
        arrived = verb == "webhooks arrive" and said.startswith("delivered") and not said.startswith("delivered 0")
        world.interleavings[WEBHOOK] += arrived and answered and call.method == "GET"


def sent(world: Any, call: Call, version: str, read: str) -> None:
    """A call is about to take effect; `read`: the version its worker read, `version`: what stands there now."""
    if call.method != "PUT":
        return
    if "/rest/" in call.path:
        world.interleavings[EDIT_BEFORE] += bool(read and version and read != version)
    attempt = Attempt.get_or_none(Attempt.key == call.key)
    if attempt is not None and attempt.pairing.mirror is not None:
        world.interleavings[OPEN_QUESTION] += bool(standing.plan_of(attempt.pairing).questions)


def took_effect(world: Any, call: Call, status: int) -> None:
    """A call has been answered, and its worker does not know yet."""
    if call.method != "PUT":
        return
    world.interleavings[EDIT_BEFORE] += status == 409
    world.interleavings[DELETED] += status in (201, 404)
    pages = (c for c, moment in world.wire.under_way if moment == "after" and c.path.endswith("/rest/customers"))
    world.interleavings[OLD_ROW] += status in (200, 204) and next(pages, None) is not None


def form_saved(world: Any, customer_id: int, version: int) -> None:
    """A form is being saved that showed the customer as of this version."""
    pulled = History.select().where(
        History.customer_id == customer_id, History.version > version, History.side == history.OURS,
        History.cause == "pull",
    )  # fmt: skip
    world.interleavings[OLD_FORM] += pulled.exists()


class Rests:
    """I11: after "429, come again in so many seconds" nobody of ours calls before, unless something excuses it."""

    def __init__(self) -> None:
        self._until: dict[int, tuple[float, Any]] = {}

    def asked(self, agreement: int, until: float, excuse: Any) -> None:
        """`excuse`: what may change meanwhile so that nobody could know: a death, a clock that was set, a new grant."""
        self._until[agreement] = until, excuse

    def too_early(self, agreement: int, now: float, excuse: Any) -> bool:
        until, known = self._until.get(agreement, (0.0, None))
        return known == excuse and now + SLACK < until
