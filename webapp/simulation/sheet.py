"""The report sheet: what was played, what each invariant and fault of the list came to, what met what, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from webapp.simulation import boundaries, meetings
from webapp.simulation.campaign import Totals
from webapp.simulation.proven import FAULTS, INVARIANTS

COLUMNS = ("commit", "database", "from", "to", "steps", "histories", "seconds", "ends")


def sheet(totals: Totals) -> str:
    """The whole sheet."""
    return "\n".join(
        [
            *_summary(totals),
            *_table("Goes", COLUMNS, [tuple(go.get(name, "") for name in COLUMNS) for go in totals.goes]),
            *_table("Invariants", ("id", "judged", "histories that broke it"), _invariants(totals)),
            *_table("Interleavings", ("met", "times"), [(n, totals.interleavings[n]) for n in meetings.NAMES]),
            *_table("Faults by the list", ("id", "fault", "times here, or where else"), _faults(totals)),
            *_table("Faults of the API", ("fault", "times"), sorted(totals.faults.items())),
            *_table("Steps and findings", ("what", "times"), sorted(totals.counts.items())),
        ]
    )


def _summary(totals: Totals) -> list[str]:
    declared = boundaries.declared()
    hit = [name for name in declared if totals.boundaries[name]]
    killed = [name for name in declared if totals.kills[name]]
    seconds = sum(go["seconds"] for go in totals.goes)
    rate = totals.histories / seconds if seconds else 0.0
    worst = {"twins": ("I2",), "lost": ("I1", "I3"), "clobbered": ("I5", "I7"), "resurrected": ("I6",)}
    p50, p99 = totals.percentile(0.5), totals.percentile(0.99)
    facts = {
        "histories": f"{totals.histories} ({totals.counts['steps']} steps) in {seconds:.0f} s, {rate:.2f} a second",
        "worst": ", ".join(f"{word} {_broken(totals, *ids)}" for word, ids in worst.items()),
        "broken invariants": {kind: totals.broken[kind] for kind in sorted(totals.broken)} or "none",
        "failing seeds": totals.failing[:20] or "none",
        "further comparisons": f"p50 {p50}, p99 {p99}, most {max(map(int, totals.rounds), default=0)}",
        "boundaries hit / declared": f"{len(hit)} / {len(declared)} = {100 * len(hit) / len(declared):.0f} %",
        "deaths": f"{sum(totals.kills.values())}, at {len(killed)} of the boundaries and on the wire",
        "never passed": ", ".join(name for name in declared if name not in hit) or "none",
    }
    return ["# Simulated histories", "", *(f"- {name}: {told}" for name, told in facts.items()), ""]


def _broken(totals: Totals, *names: str) -> int:
    return sum(totals.broken[name] for name in names)


def _invariants(totals: Totals) -> Iterable[tuple[Any, ...]]:
    return ((name, words, _broken(totals, name)) for name, words in INVARIANTS.items())


def _faults(totals: Totals) -> Iterable[tuple[Any, ...]]:
    counted = totals.faults + totals.counts + totals.kills
    for fault in FAULTS:
        times = sum(counted[name] + counted[f"{name} inside a call"] for name in fault.steps)
        if fault.deaths:
            times += sum(totals.kills.values())
        yield fault.id, fault.name, " · ".join(filter(None, (str(times) if fault.is_here else "", fault.elsewhere)))


def _table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> list[str]:
    drawn = [f"| {' | '.join(map(str, row))} |" for row in rows]
    return [f"## {title}", "", f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}", *drawn, ""]
