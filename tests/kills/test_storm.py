"""Tens of deaths under load on each database: nothing acknowledged is lost, nothing doubled, all pairs come to rest."""

from pathlib import Path

import pytest

from tests.kills import storm
from tests.kills.judge import Verdict

SQLITE, POSTGRESQL = 20, 6


def test_a_storm_of_kills_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    tally = storm.blow(tmp_path, 7, SQLITE, storm.declared())
    assert (tally.total >= SQLITE, tally.verdict) == (True, Verdict())


@pytest.mark.postgres
def test_a_storm_of_kills_loses_nothing_on_postgresql(tmp_path: Path, empty_postgresql_database: str) -> None:
    tally = storm.blow(tmp_path, 8, POSTGRESQL, storm.declared(), empty_postgresql_database)
    assert (tally.total >= POSTGRESQL, tally.verdict) == (True, Verdict())


def test_the_boundaries_are_read_from_the_code() -> None:
    assert {"inbox.stored", "create.answered", "push.settled", "commit.before", "commit.after"} <= set(storm.declared())
