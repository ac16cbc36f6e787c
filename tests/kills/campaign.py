"""`make kill`: storms until so many processes were killed; stopped and started again, it goes on and adds up."""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests import postgres
from tests.kills import recovery, storm
from tests.kills.house import ROOT

KEPT = ROOT / ".kills" / "storms.jsonl"
A_STORM = 100
POSTGRESQL_EACH = 4
"""Every so many-th storm is on PostgreSQL, where there is one."""


def main() -> int:
    asked = _asked()
    KEPT.parent.mkdir(exist_ok=True)
    if asked.anew:
        KEPT.unlink(missing_ok=True)
    began = time.monotonic()
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server()) if postgres.available() else ""
        while sum(map(_kills, rows := _rows())) < asked.kills and time.monotonic() - began < asked.minutes * 60:
            left = asked.kills - sum(map(_kills, rows))
            with KEPT.open("a") as kept:
                kept.write(json.dumps(_storm(asked.seed + len(rows), min(A_STORM, left), rows, server)) + "\n")
            _progress(_rows(), asked.kills, began)
    rows = _rows()
    sys.stdout.write(f"{sheet(rows, recovery.cold(asked.restarts))}\n")
    return 1 if any(row["faults"] for row in rows) else 0


def _asked() -> argparse.Namespace:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--kills", type=int, default=1000)
    words.add_argument("--minutes", type=float, default=60, help="stop after this long; the next start goes on")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--restarts", type=int, default=20, help="cold restarts in a calm house, timed at the end")
    words.add_argument("--anew", action="store_true", help="forget earlier storms")
    return words.parse_args()


def _storm(seed: int, kills: int, rows: list[dict[str, Any]], server: str) -> dict[str, Any]:
    """One storm; boundaries that no storm has met yet are aimed at first. A house where all is well is taken down."""
    met = {place for row in rows for place in row["kills"]}
    wanted = [name for name in storm.declared() if name not in met]
    folder = Path(tempfile.mkdtemp(prefix="webapp-kills-"))
    with ExitStack() as stack:
        on_server = bool(server) and seed % POSTGRESQL_EACH == 0
        database = stack.enter_context(postgres.new_database(server, f"kills_{seed}")) if on_server else ""
        try:
            tally = storm.blow(folder, seed, kills, wanted, database, fresh=0.15)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    verdict = vars(tally.verdict)
    if not tally.verdict.faults:
        shutil.rmtree(folder)
    else:
        _tell(f"seed {seed}, left in {folder}:", *tally.verdict.faults[:20])
    return {
        "seed": seed,
        "database": "postgresql" if on_server else "sqlite",
        "kills": tally.kills,
        "by_process": tally.by_process,
        "recoveries": tally.recoveries,
        "seconds": round(tally.seconds, 1),
        "runs": tally.runs,
        "acked": tally.acked,
        "asked": tally.asked,
        "faults": {kind: found for kind, found in verdict.items() if found},
    }


def _rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in KEPT.read_text().splitlines()] if KEPT.exists() else []


def _kills(row: dict[str, Any]) -> int:
    return sum(row["kills"].values())


def _progress(rows: list[dict[str, Any]], wanted: int, began: float) -> None:
    done = sum(map(_kills, rows))
    line = "█" * (40 * done // wanted) + "░" * (40 - 40 * done // wanted)
    bad = sum(len(row["faults"]) for row in rows)
    _tell(f"{line} {done} of {wanted} kills, {bad} faults, {time.monotonic() - began:.0f} s")


def _tell(*lines: str) -> None:
    sys.stderr.write("\n  ".join(lines) + "\n")


def sheet(rows: list[dict[str, Any]], cold: list[float]) -> str:
    """The report: what was killed where, and what became of it."""
    kills, by_process, runs = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        kills.update(row["kills"])
        by_process.update(row["by_process"])
        runs.update(row["runs"])
    declared = storm.declared()
    hit = [name for name in declared if kills[name]]
    seconds, total = sum(row["seconds"] for row in rows), kills.total()
    forked = [s for row in rows for fresh, s in row["recoveries"] if not fresh]
    fresh = [s for row in rows for fresh, s in row["recoveries"] if fresh]
    on_server = sum(_kills(row) for row in rows if row["database"] == "postgresql")
    counted = {kind: sum(len(row["faults"].get(kind, ())) for row in rows) for kind in FAULTS}
    lines = [
        ("kills", f"{total} ({', '.join(f'{name} {count}' for name, count in by_process.most_common())})"),
        ("of them on PostgreSQL", f"{on_server}"),
        ("at random moments", f"{kills[storm.RANDOM]}"),
        ("boundaries hit / declared", f"{len(hit)} / {len(declared)}"),
        ("never hit", ", ".join(sorted(set(declared) - set(hit))) or "none"),
        ("asked / acknowledged", f"{sum(r['asked'] for r in rows)} / {sum(r['acked'] for r in rows)}"),
        ("runs acknowledged", f"{runs.total()} ({', '.join(f'{kind} {count}' for kind, count in runs.most_common())})"),
        *((FAULTS[kind], str(count)) for kind, count in counted.items()),
        ("from an app's death to its next yes in the storm, p95", f"{storm.p95(forked):.2f} s forked ({len(forked)})"),
        ("the same with a cold interpreter", f"{storm.p95(fresh):.2f} s ({len(fresh)})"),
        (
            "the same in a calm house",
            f"{storm.p95(cold):.2f} s ({len(cold)}; the machine's load {os.getloadavg()[0]:.1f})",
        ),
        ("storms, seconds", f"{len(rows)}, {seconds:.0f} ({total / max(seconds, 1):.1f} kills a second)"),
        ("seeds", f"{rows[0]['seed']}–{rows[-1]['seed']}" if rows else "none"),
    ]
    places = [f"| {name} | {kills[name]} |" for name in declared]
    table = [f"| {what} | {said} |" for what, said in lines]
    return "\n".join(["| | |", "| --- | --- |", *table, "", "| boundary | kills |", "| --- | --- |", *places])


FAULTS = {
    "lost": "acknowledged and lost",
    "twins": "twins",
    "apart": "pairs neither equal nor waiting",
    "counters": "counters that do not add up",
    "restless": "processes that ended, stuck or were surprised",
}

if __name__ == "__main__":
    sys.exit(main())
