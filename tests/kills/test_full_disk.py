"""No room, or a disk that fails: said in Danish, nothing acknowledged that was not stored, and it heals by itself."""

import contextlib
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests import real
from tests.kills import furnish, judge
from tests.kills.house import ALL, APP, SANDBOX, WORKERS, House
from tests.kills.judge import Verdict
from tests.kills.log import Entry
from tests.kills.people import Load
from tests.page import Page

SIZE = 12 * 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", place], capture_output=True)
    if made.returncode:
        real.skip_or_fail("no small disk can be mounted here: run as root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


class Trouble:
    """A house at work whose storage a test takes away and gives back."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.up(SANDBOX)
        self.load = Load(house, furnish.furnish(house), 1)
        house.up(APP, *WORKERS)
        self.load.log_in()

    def refused(self) -> requests.Response:
        """Send calls until one is refused: what still fits is stored."""
        for _ in range(2000):
            answer = self._call()
            if answer.status_code != 200:
                return answer
        raise AssertionError("everything was stored")

    def _call(self) -> requests.Response:
        mark = self.load.token()
        body = {"new": 1001, "old": 1001, "padding": "x" * 8000, "mark": mark}
        with self.load.log.noting(Entry("webhook", 1001, mark)) as said:
            answer = requests.post(f"{self.house.app}/w/{self.load.facts.webhook}", data=body, timeout=30)
            said(answer.status_code == 200)
        return answer

    def save(self) -> requests.Response:
        return self.load.person.post(f"/customers/{next(iter(self.load.customers))}", phone=self.load.token())

    def verdict(self) -> Verdict:
        """After people and calls went on again for a while."""
        with self.load.going_on():
            self.load.await_acks(len(self.load.log.acks) + 10)
        return judge.judge(self.house, self.load)


@pytest.fixture
def on_a_small_disk(house_at: Callable[..., House], small_disk: Path) -> Trouble:
    return Trouble(house_at(f"sqlite:///{small_disk / 'webapp.db'}"))


@contextlib.contextmanager
def filled(disk: Path) -> Iterator[None]:
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    try:
        yield
    finally:
        ballast.unlink()


def test_a_full_disk_is_told_and_heals_by_itself(on_a_small_disk: Trouble, small_disk: Path) -> None:
    trouble = on_a_small_disk
    with filled(small_disk):
        call = trouble.refused()
        page = Page(trouble.save().text)
        reading = trouble.load.person.get("/customers")
    assert (call.status_code, call.text) == (503, "The call could not be stored. Send it again later.\n")
    assert "Serverens disk er fuld. Intet er gemt." in page.source
    assert reading.status_code == 200
    assert trouble.verdict() == Verdict()
    assert not any(trouble.house.lives[name].is_dead for name in ALL)


def test_a_disk_that_takes_no_writes_acknowledges_none_of_them(house_at: Callable[..., House]) -> None:
    trouble = Trouble(house_at())
    with no_writes(trouble.house):
        call = trouble.refused()
        assert "Databasen svarer ikke" in trouble.save().text
    assert call.status_code == 503
    assert trouble.verdict() == Verdict()


@contextlib.contextmanager
def no_writes(house: House) -> Iterator[None]:
    """No process of the app may make a file longer than it is."""
    lives = [house.lives[name] for name in (APP, *WORKERS)]
    before = resource.prlimit(lives[0].pid, resource.RLIMIT_FSIZE)
    for life in lives:
        resource.prlimit(life.pid, resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        for life in lives:
            resource.prlimit(life.pid, resource.RLIMIT_FSIZE, before)
