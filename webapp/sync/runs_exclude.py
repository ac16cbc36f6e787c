"""Switching many off ("Ingen synkronisering"): customers without a partner are left alone, in both directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from webapp.models.connection import Connection
from webapp.models.exclusion import Exclusion
from webapp.models.run import Run, RunItem
from webapp.sync import pairings
from webapp.sync.beats import Beat, heard
from webapp.sync.pairings import Moved
from webapp.sync.runs_plan import Planned, Selection, customers_of, mirrors_of
from webapp.sync.section import Section


def plan_exclusions(connection: Connection, picked: Selection, choices: Mapping[str, str], beat: Beat) -> list[Planned]:
    """Those that are picked, of both sides; who is off already stays so."""
    if not picked:
        return []
    off = Exclusion.by_party(connection)
    ours = (one for one in customers_of(connection, picked, Section.NEW.value) if ("ours", one.id) not in off)
    theirs = (one for one in mirrors_of(connection, picked, Section.NEW.value) if ("theirs", one.id) not in off)
    return [Planned(customer=one, number=one.number) for one in heard(beat, ours)] + [
        Planned(mirror=one, number=one.number) for one in heard(beat, theirs)
    ]


def carry_out(connection: Connection, run: Run, item: RunItem, choices: Mapping[str, str]) -> None:
    """Switch one off, who is not off by another's word: that the run's undo would take back. Raises Moved and
    AlreadyPaired."""
    made = pairings.exclude(connection, run.ordered_by, customer_id=item.customer_id, mirror_id=item.mirror_id)
    if made is None:
        raise Moved("somebody has said so since the plan")
    item.note = {"exclusion": made.id}
    item.settle()


def holding_back(connection: Connection, items: Sequence[Planned]) -> list[Planned]:
    """Who is left out of the synchronisation takes part only when ticked, and what that ends is noted."""
    off = Exclusion.by_party(connection)

    def told(item: Planned) -> Planned:
        parties = ("ours", item.customer and item.customer.id), ("theirs", item.mirror and item.mirror.id)
        ended = [off[party] for party in parties if party in off]
        if not ended or item.held:
            return item  # Held for another reason, a tick or a name answers for that alone: it ends no exclusion.
        return replace(item, held="off", note=dict(item.note) | {"ended": ended})

    return [told(item) for item in items] if off else list(items)
