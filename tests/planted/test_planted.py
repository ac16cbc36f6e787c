"""The planted bugs themselves: they fit the program as it is, and leave the tester alone. `make planted` hunts them."""

import os
import subprocess

import pytest

from tests.planted import bugs, sheet
from tests.planted.bugs import ROOT, Bug
from tests.planted.hunt import Result

EVERY = bugs.every()


def test_there_are_at_least_forty_that_count() -> None:
    assert len([bug for bug in EVERY if not bug.masked]) >= 40


def test_each_says_in_a_sentence_of_its_own_what_is_wrong() -> None:
    sentences = {bug.sentence for bug in EVERY}
    assert len(sentences) == len(EVERY)
    assert all(sentence.endswith(".") and len(sentence) > 20 for sentence in sentences)


@pytest.mark.parametrize("bug", EVERY, ids=lambda bug: bug.name)
def test_a_bug_still_fits_the_program(bug: Bug) -> None:
    checked = subprocess.run(
        ["git", "apply", "--check", str(bug.path)],
        cwd=ROOT, env=os.environ | {"LC_ALL": "C"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("bug", EVERY, ids=lambda bug: bug.name)
def test_a_bug_changes_the_program_and_never_the_tester(bug: Bug) -> None:
    assert bug.files
    assert all(file.startswith("webapp/") for file in bug.files)
    assert not any(file.startswith(("webapp/simulation/", "webapp/sandbox/")) for file in bug.files)


def test_the_sheet_tells_found_and_missed_apart() -> None:
    one, other = EVERY[:2]
    results = {
        one.name: Result("", "abc", found=True, seed=7, sentence="I2: twins", missed=[["aaa", 300]]),
        other.name: Result("", "abc", histories=300),
    }
    told = sheet.sheet([one, other], results, None)
    assert "found: 1 of 2" in told and "| 7 | I2: twins |" in told
    assert "missed at aaa in 300 histories" in told and "## Missed\n" in told
