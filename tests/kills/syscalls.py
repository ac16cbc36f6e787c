"""What a process asked the system to do with a SQLite database, and what a disk would hold had the power gone then."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

WRITES = "pwrite64,write,fdatasync,fsync,ftruncate"
_LINE = re.compile(r'(?:\d+ +)?(\w+)\(\d+<([^>]*)>(?:, "((?:\\x[0-9a-f]{2})*)"\.*)?(?:, (\d+))?(?:, (\d+))?\) += (\d+)')
_SECTOR = 512


def strace() -> str:
    """Where it is; skips the test where it is not, or may not look into a process."""
    found = shutil.which("strace")
    if found is None or subprocess.run([found, "-qq", "true"], capture_output=True).returncode:
        pytest.skip("strace was not found or may not be used here: no call to the system can be watched or cut short")
    return found


def run(options: list[str], *arguments: object) -> list[str]:
    """Run the writer under strace; the lines that it said, however it ended."""
    command = [strace(), "-f", *options, sys.executable, "-m", "tests.kills.writer", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout.splitlines()


@dataclass
class Disk:
    """The files as they are for sure, and what was written to them since they were last brought there for sure."""

    files: dict[str, bytearray]
    unsure: list[tuple[str, int, bytes | None]] = field(default_factory=list)
    """(file, place, bytes); without bytes the file was cut off there."""

    def sync(self, name: str) -> None:
        self._put([change for change in self.unsure if change[0] == name], self.files)
        self.unsure = [change for change in self.unsure if change[0] != name]

    def after_power_loss(self, r: Random) -> dict[str, bytearray]:
        """Nothing, all, some of what was unsure is there; what came last, perhaps not the whole of it."""
        files = {name: bytearray(content) for name, content in self.files.items()}
        share = r.choice((0.0, 0.5, 1.0))
        kept = [change for change in self.unsure if r.random() < share]
        if kept and (last := kept[-1])[2] is not None and r.random() < 0.5:
            kept[-1] = (last[0], last[1], last[2][: r.randrange(0, len(last[2]) + 1, _SECTOR)])
        self._put(kept, files)
        return files

    def _put(self, changes: list[tuple[str, int, bytes | None]], files: dict[str, bytearray]) -> None:
        for name, place, content in changes:
            file = files.setdefault(name, bytearray())
            if content is None:
                del file[place:]
                continue
            file.extend(bytes(max(0, place - len(file))))
            file[place : place + len(content)] = content


def replay(log: Path, database: Path) -> Iterator[tuple[Disk, list[str]]]:
    """The disk before each call of this log that brings writes there for sure or acknowledges, with what had been
    acknowledged by then."""
    names = {str(database): database.name, f"{database}-wal": f"{database.name}-wal"}
    disk, said = Disk({database.name: bytearray(database.read_bytes())}), [""]
    for line in log.read_text().splitlines():
        if not (found := _LINE.match(line)):
            continue
        call, path, content = found[1], _bytes(found[2]).decode(), _bytes(found[3] or "")
        if call != "pwrite64":
            yield disk, "".join(said).splitlines()
        if path in names:
            _carry_out(disk, call, names[path], content, found)
        elif call == "write" and "pipe" in path:
            said.append(content.decode())


def _bytes(told: str) -> bytes:
    return bytes.fromhex(told.replace("\\x", ""))


def _carry_out(disk: Disk, call: str, name: str, content: bytes, found: re.Match[str]) -> None:
    if call == "pwrite64":
        disk.unsure.append((name, int(found[5]), content))
    elif call == "ftruncate":
        disk.unsure.append((name, int(found[4]), None))
    elif call in ("fdatasync", "fsync"):
        disk.sync(name)
