"""`make planted`: hunt each planted bug with the simulator; stopped and started again, it goes on where it was."""

import argparse
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.planted import bugs
from tests.planted.bugs import ROOT, Bug
from tests.planted.hunt import Result, hunt
from tests.planted.scratch import NotPlanted, planted
from tests.planted.sheet import sheet

KEPT = ROOT / "test-results" / "planted.json"
SHEET = KEPT.with_suffix(".md")
CONTROL = "(control)"
_writing = threading.Lock()


def main() -> int:
    asked = _asked()
    KEPT.parent.mkdir(exist_ok=True)
    kept = {} if asked.anew else _kept()
    every = bugs.every()
    chosen = [bug for bug in every if not asked.bugs or bug.name in asked.bugs]
    work: list[Bug | None] = [*([] if asked.bugs else [None]), *chosen]
    with ThreadPoolExecutor(asked.jobs) as pool:
        told = [pool.submit(_one, bug, kept, asked.histories, asked.seed, asked.keep) for bug in work]
        for position, future in enumerate(told, 1):
            sys.stdout.write(f"[{position:>2}/{len(work)}] {future.result()}\n")
            sys.stdout.flush()
    SHEET.write_text(sheet(every, kept, kept.get(CONTROL)))
    sys.stdout.write(f"{SHEET.relative_to(ROOT)}\n")
    control = kept.get(CONTROL)
    missed = [bug.name for bug in chosen if not bug.masked and not (bug.name in kept and kept[bug.name].found)]
    return int(bool(missed) or bool(control and control.found))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("bugs", nargs="*", help="names of bugs; default: all of them, and the control")
    parser.add_argument("--histories", type=int, default=300, help="how many histories a bug may survive")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--anew", action="store_true", help="forget what was found before")
    parser.add_argument(
        "--keep", action="store_true", help="what was found stays found, though program or tester moved"
    )
    return parser.parse_args()


def _one(bug: Bug | None, kept: dict[str, Result], histories: int, seed: int, keep: bool) -> str:
    """Hunt one bug unless its result stands; a line that tells of it."""
    name = bug.name if bug else CONTROL
    made_of = bug.made_of() if bug else bugs.digest(sorted((ROOT / "webapp").rglob("*.py")))
    before = kept.get(name)
    if before and _stands(before, made_of, histories, keep):
        return _told(name, before, "as before")
    result = Result(made_of, _commit())
    if before:
        result.missed = before.missed + ([] if before.found else [[before.commit, before.histories]])
    try:
        with planted(bug) as copy:
            result.histories, result.seed, result.sentence, result.seconds = hunt(copy, seed, histories)
    except (NotPlanted, RuntimeError) as wrong:
        return f"{name}: NOT HUNTED: {wrong}"
    result.found = result.seed is not None
    with _writing:
        kept[name] = result
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(json.dumps({name: one.as_json() for name, one in sorted(kept.items())}, indent=1))
    return _told(name, result, f"{result.seconds:.0f} s")


def _stands(before: Result, made_of: str, histories: int, keep: bool) -> bool:
    if before.made_of != made_of:
        return keep and before.found
    return before.found or before.histories >= histories


def _told(name: str, result: Result, how: str) -> str:
    what = f"seed {result.seed}: {result.sentence}" if result.found else f"nothing in {result.histories} histories"
    return f"{name}: {what} ({how})"


def _kept() -> dict[str, Result]:
    if not KEPT.is_file():
        return {}
    return {name: Result(**one) for name, one in json.loads(KEPT.read_text()).items()}


def _commit() -> str:
    asked = ["git", "-C", str(Path(ROOT)), "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


if __name__ == "__main__":
    raise SystemExit(main())
