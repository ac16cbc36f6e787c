"""No file handle or no memory left: told in Danish, nothing half done, and all go on by themselves with more of it."""

import contextlib
import os
import resource
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from tests.kills.house import ALL, APP, WORKERS, House, Life
from tests.kills.judge import Verdict
from tests.kills.test_damaged_page import LONGER_THAN_A_POLL
from tests.kills.test_full_disk import Trouble


def handles(life: Life) -> tuple[int, int]:
    """The limit at which it opens nothing more."""
    return resource.RLIMIT_NOFILE, len(os.listdir(f"/proc/{life.pid}/fd"))


def memory(life: Life) -> tuple[int, int]:
    with open(f"/proc/{life.pid}/statm") as told:
        return resource.RLIMIT_AS, int(told.read().split()[0]) * resource.getpagesize()


@contextlib.contextmanager
def no_more(of: Callable[[Life], tuple[int, int]], house: House, *names: str) -> Iterator[None]:
    """These processes, or all of the app, get no more of it than they have."""
    before = []
    for life in (house.lives[name] for name in names or (APP, *WORKERS)):
        what, now = of(life)
        limits = resource.prlimit(life.pid, what)
        before.append((life.pid, what, limits))
        resource.prlimit(life.pid, what, (now, limits[1]))
    try:
        yield
    finally:
        for pid, what, limits in before:
            resource.prlimit(pid, what, limits)


def test_new_callers_wait_while_no_handle_is_left(house_at: Callable[..., House]) -> None:
    house = house_at()
    house.up(APP)
    with socket.socket() as caller:
        with no_more(handles, house, APP):
            caller.connect(("127.0.0.1", house.app_port))
            caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            time.sleep(1)
        answer = caller.recv(100)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert 0 < house.printed().count("a new caller has to wait: Too many open files") < 10


@pytest.mark.parametrize("of", [handles, memory])
def test_a_shortage_is_told_and_heals_by_itself(
    house_at: Callable[..., House], of: Callable[[Life], tuple[int, int]]
) -> None:
    trouble = Trouble(house_at())
    trouble.load.await_fetch()
    trouble.save()
    with no_more(of, trouble.house):
        page = trouble.save()
        time.sleep(LONGER_THAN_A_POLL)
    assert (page.status_code, "Databasen svarer ikke lige nu." in page.text) == (503, True)
    assert trouble.verdict() == Verdict()
    assert not any(trouble.house.lives[name].is_dead for name in ALL)
