"""State that outlives the process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from webapp.sandbox import Sandbox, demo
from webapp.sandbox.store import Store

WRITER = """
import sys
from pathlib import Path
from webapp.sandbox import Sandbox
sandbox = Sandbox(store=Path(sys.argv[1]))
agreement = sandbox.add_agreement(1, "Hård ApS")
token = agreement.grant("demo-app-public")
while True:
    print(agreement.add_customer(name="x")["customerNumber"], flush=True)
"""


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    first = Sandbox(store=tmp_path / "state")
    demo.seed_demo(first)
    agreement = first.agreement(demo.CLEANING)
    token = agreement.grant("demo-app-public")
    agreement.delete(1005)
    first.switches.budget = 77
    kept = {number: agreement.customers[number] for number in agreement.customers}
    first.close()
    second = Sandbox(store=tmp_path / "state")
    again = second.agreement(demo.CLEANING)
    assert {number: again.customers[number] for number in again.customers} == kept
    assert token in again.grants()
    assert second.switches.budget == 77
    second.close()


def test_the_demo_is_made_once(tmp_path: Path) -> None:
    first = Sandbox(store=tmp_path / "state")
    demo.seed_demo(first)
    first.agreement(demo.CLEANING).edit(1001, name="Rettet")
    first.close()
    second = Sandbox(store=tmp_path / "state")
    demo.seed_demo(second)
    assert second.agreement(demo.CLEANING).customers[1001]["name"] == "Rettet"
    second.close()


def test_versions_and_tokens_never_come_twice(tmp_path: Path) -> None:
    seen = set()
    for _ in range(3):
        sandbox = Sandbox(store=tmp_path / "state")
        seen |= {sandbox.version(), sandbox.secret("grant")}
        sandbox.close()
    assert len(seen) == 6


def test_a_crowd_and_its_changes_are_there_again(tmp_path: Path) -> None:
    first = Sandbox(store=tmp_path / "state")
    demo.seed_demo(first)
    crowd = demo.add_crowd(first, 1000, seed=3)
    crowd.edit(500, city="Rettet")
    crowd.delete(7)
    first.close()
    second = Sandbox(store=tmp_path / "state")
    again = second.agreement(demo.CROWD)
    assert (len(again.customers), again.customers[500]["city"], 7 in again.customers) == (999, "Rettet", False)
    second.close()


def test_what_was_answered_survives_kill_9(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "state")], stdout=subprocess.PIPE)
    assert child.stdout
    told = [int(child.stdout.readline()) for _ in range(50)][-1]
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    sandbox = Sandbox(store=tmp_path / "state")
    agreement = sandbox.agreement(1)
    assert set(range(1, told + 1)) <= set(agreement.customers)
    assert len(agreement.creations) == len(agreement.customers)
    sandbox.close()


def test_an_error_in_the_middle_keeps_memory_and_file_alike(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    table = store.table("t")

    def broken() -> None:
        with store.writing():
            table["a"] = {"n": 1}
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    store.close()
    again = Store(tmp_path / "state")
    assert dict(again.table("t")) == dict(table)
    again.close()
