"""The sheet of a hunt, in Markdown: bug -> first failing seed and the invariant that it broke."""

from statistics import median

from tests.planted.bugs import Bug
from tests.planted.hunt import Result

OPENING = (
    "Is the simulator any good? Each patch in `tests/planted/` is a mistake that an engineer could make in the sync.",
    "`make planted` copies the program, plants one of them, and lets the simulator play histories from seed 1 till one",
    "fails. The bugs were written from the rules of the sync alone, by somebody who had not read the simulator.",
)
LONGEST = 140


def sheet(bugs: list[Bug], results: dict[str, Result], control: Result | None) -> str:
    counted = [bug for bug in bugs if not bug.masked and bug.name in results]
    found = [bug for bug in counted if results[bug.name].found]
    missed = [bug for bug in counted if not results[bug.name].found]
    seeds = [results[bug.name].seed or 0 for bug in found]
    lines = [
        "# Planted bugs",
        "",
        *OPENING,
        "",
        f"- found: {len(found)} of {len(counted)}",
        f"- histories until found: median {median(seeds):.0f}, most {max(seeds)}" if seeds else "- none found",
        f"- control, the program as it is: {_control(control)}",
        f"- commits: {', '.join(sorted({results[bug.name].commit for bug in counted}))}",
        "",
        "| bug | what is wrong | first failing seed | the tester says | seconds |",
        "| --- | --- | --- | --- | --- |",
        *(_line(bug, results[bug.name]) for bug in found),
    ]
    if missed:
        lines += ["", "## Missed", "", "| bug | what is wrong | histories | commit |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {bug.name} | {_cell(bug.sentence)} | {results[bug.name].histories} | {results[bug.name].commit} |"
            for bug in missed
        ]
    return "\n".join([*lines, *_late(found, results), *_masked(bugs, results)]) + "\n"


def _control(control: Result | None) -> str:
    if control is None:
        return "not played"
    said = f"seed {control.seed} fails: {control.sentence}" if control.found else "nothing found"
    return f"{said} in {control.histories} histories ({control.commit}, {control.seconds:.0f} s)"


def _line(bug: Bug, result: Result) -> str:
    return f"| {bug.name} | {_cell(bug.sentence)} | {result.seed} | {_cell(result.sentence)} | {result.seconds:.0f} |"


def _late(found: list[Bug], results: dict[str, Result]) -> list[str]:
    """Bugs that an earlier state of the tester missed."""
    late = [
        f"- {bug.name}: missed at {commit} in {histories} histories, found at {results[bug.name].commit}"
        for bug in found
        for commit, histories in results[bug.name].missed
    ]
    return ["", "## Missed at first, found after the tester was extended", "", *late] if late else []


def _masked(bugs: list[Bug], results: dict[str, Result]) -> list[str]:
    """Bugs whose effect another layer takes away; they count neither as found nor as missed."""
    lines = []
    for bug in bugs:
        if bug.masked:
            result = results.get(bug.name)
            seen = "not hunted" if result is None else f"seed {result.seed}" if result.found else "no seed"
            lines.append(f"- {bug.name} ({seen}): {bug.sentence} {bug.masked}")
    return ["", "## Masked by another layer of defence, not counted", "", *lines] if lines else []


def _cell(text: str) -> str:
    return text[:LONGEST].replace("|", "\\|").replace("\n", " ").replace("\r", " ")
