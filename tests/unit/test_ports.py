"""Failpoints of a real process: it dies as by kill -9 at the place and passing it was told, and nowhere else."""

import signal
import subprocess
import sys

PASS = "from webapp import ports; ports.arm({order!r}); [ports.failpoint(n) or print(n, flush=True) for n in 'abaab']"


def passed(order: str) -> tuple[int, list[str]]:
    """The exit code of a process told so, and the failpoints it survived."""
    done = subprocess.run([sys.executable, "-c", PASS.format(order=order)], capture_output=True, text=True)
    return done.returncode, done.stdout.split()


def test_without_an_order_nothing_happens() -> None:
    assert passed("") == (0, ["a", "b", "a", "a", "b"])


def test_the_process_dies_at_the_passing_that_was_named() -> None:
    assert passed("a:3") == (-signal.SIGKILL, ["a", "b", "a"])


def test_a_name_alone_means_its_first_passing() -> None:
    assert passed("b") == (-signal.SIGKILL, ["a"])
