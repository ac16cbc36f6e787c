"""A byte on the disk turns over while all are at work: it is told, nothing more is sent, and a repair is enough."""

import time
from collections.abc import Callable
from pathlib import Path

from tests.damage import turn_over
from tests.kills.furnish import AGREEMENT
from tests.kills.house import ALL, House
from tests.kills.judge import Verdict
from tests.kills.test_full_disk import Trouble
from tests.kills.test_paused_worker import until

LONGER_THAN_A_POLL = 4


def test_a_damaged_page_is_told_and_stops_the_synchronisation(house_at: Callable[..., House], tmp_path: Path) -> None:
    trouble = Trouble(house_at())
    trouble.load.await_fetch()
    turn_over(tmp_path / "webapp.db", "place")
    page = trouble.save()
    assert (page.status_code, "Serverens database er beskadiget." in page.text) == (503, True)
    trouble.house.control(f"agreements/{AGREEMENT}/edit", number=1001, city="Ribe")
    until(lambda: not is_called(trouble.house))
    assert "a round of the worker failed: malformed" in trouble.house.printed()
    turn_over(tmp_path / "webapp.db", "place")
    assert trouble.verdict() == Verdict()
    assert not any(trouble.house.lives[name].is_dead for name in ALL)


def is_called(house: House) -> bool:
    """Whether e-conomic hears anything for longer than the workers ever let pass: a fault ordered there is used up."""
    house.control("faults", kind="latency", seconds=0.01)
    time.sleep(LONGER_THAN_A_POLL)
    return not house.control_state()["faults"]
