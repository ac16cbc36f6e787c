"""F03 and F04: a process that dies in a call to the system, and a disk that had not written all when the power went."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.kills import furnish, syscalls
from tests.kills.house import SANDBOX, House
from webapp import db

ACTS = 12


@pytest.fixture
def furnished(house_at: Callable[..., House], tmp_path: Path) -> House:
    """A database that nobody has open."""
    house = house_at()
    house.up(SANDBOX)
    furnish.furnish(house, customers=2)
    db.close()
    assert not (tmp_path / "webapp.db-wal").exists()
    return house


def missing(database: Path, said: list[str]) -> list[str]:
    """What is wrong with this database, and what had been acknowledged and is not there."""
    with closing(sqlite3.connect(database)) as opened:
        try:
            wrong = [row[0] for row in opened.execute("PRAGMA integrity_check") if row[0] != "ok"]
        except sqlite3.DatabaseError as fault:
            return [str(fault)]
        cities = dict(opened.execute("SELECT number, city FROM customer"))
        made = {row[0] for row in opened.execute("SELECT id FROM inbox")}
        told = opened.execute("SELECT count(*) FROM history WHERE field = 'name' AND side = 'ours'").fetchone()[0]
    if told != len(cities):
        wrong.append(f"{len(cities)} customers, {told} of whose making is told")
    for line in said:
        kind, number, *rest = line.split(" ", 2)
        stands = int(number) in (made if kind == "called" else cities)
        if not stands or (kind == "moved" and cities[int(number)] != rest[0]):
            wrong.append(line)
    return wrong


def after_cuts(house: House, folder: Path, synchronous: str = "full") -> tuple[int, list[str]]:
    """The power goes before each call to the system: how many acknowledged things stood by then, and what was lost."""
    before, log = folder / "webapp.db", folder / "calls"
    kept = Path(shutil.copy(before, folder / "before.db"))
    about = ["-y", "-xx", "-s", "10000000", "-e", f"trace={syscalls.WRITES}", "-o", str(log)]
    acknowledged = syscalls.run(about, house.database, house.key, ACTS, synchronous)
    shutil.copy(kept, before)
    r, lost, stood = Random(synchronous), [], 0
    (cut := folder / "cut").mkdir()
    for disk, said in syscalls.replay(log, before):
        for file in cut.iterdir():
            file.unlink()
        for name, content in disk.after_power_loss(r).items():
            (cut / name).write_bytes(content)
        lost += missing(cut / before.name, said)
        stood += len(said)
    assert len(acknowledged) == 3 * ACTS
    return stood, lost


def test_when_the_power_goes_nothing_acknowledged_is_lost(furnished: House, tmp_path: Path) -> None:
    stood, lost = after_cuts(furnished, tmp_path)
    assert stood > 1000
    assert lost == []


@pytest.mark.parametrize("synchronous", ["normal", "off"])
def test_a_disk_that_is_not_waited_for_would_be_found_out(furnished: House, tmp_path: Path, synchronous: str) -> None:
    assert after_cuts(furnished, tmp_path, synchronous)[1] != []


@pytest.mark.parametrize("call", ["pwrite64:signal=KILL:when=9", "pwrite64:signal=KILL:when=47",
                                  "fdatasync:signal=KILL:when=3", "fdatasync:signal=KILL:when=20"])  # fmt: skip
def test_a_process_that_dies_in_a_call_to_the_system_loses_nothing(furnished: House, tmp_path: Path, call: str) -> None:
    about = ["-e", f"trace={syscalls.WRITES}", "-e", f"inject={call}", "-o", str(tmp_path / "calls")]
    acknowledged = syscalls.run(about, furnished.database, furnished.key, ACTS)
    assert len(acknowledged) < 3 * ACTS
    assert missing(tmp_path / "webapp.db", acknowledged) == []
