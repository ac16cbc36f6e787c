"""A person's answers to the questions of a pair, carried out on the locked pair in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.models import history, lane
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.pairing import Pairing
from webapp.models.user import User
from webapp.sync import apply, emptying, holding
from webapp.sync.plan import answered


def give(found: Pairing, answers: Mapping[str, str], by: User | None, run_id: int | None = None) -> None:
    """Field -> "ours", "theirs" or "both": the side not kept looks settled, so that planning again carries it over."""
    found.base = answered(answers, found.customer.values, found.mirror.values, found.base)
    holding.confirm(found, answers, by)
    found.brake = found.brake | dict.fromkeys(answers, emptying.GO)
    found.fault = {}
    found.version += 1
    found.save()
    _note(found, answers, by, run_id)
    planned = apply.settle(found, cause="answer", by=by, run_id=run_id)
    if planned.pushes:
        Lane.wake(found.connection, lane.PAIR, found.id)


def _note(found: Pairing, answers: Mapping[str, str], by: User | None, run_id: int | None) -> None:
    facts = {"connection": found.connection_id, "customer_id": found.customer_id, "mirror_id": found.mirror_id}
    ours, theirs = found.customer.values, found.mirror.values
    for name, choice in answers.items():
        lost, kept = {"ours": (theirs, ours), "theirs": (ours, theirs), "both": (theirs, theirs)}[choice]
        History.note(
            found.company_id, history.PAIR, "answer", field=name, before=lost[name],
            after=kept[name], by=by, pairing_id=found.id, run_id=run_id, **facts,
        )  # fmt: skip
