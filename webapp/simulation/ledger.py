"""The value ledger: who typed which unique value where, and what e-conomic's side of the story is."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.sync.fields import BY_NAME, NAMES
from webapp.sync.normalise import settle

TEXTS = tuple(name for name in NAMES if not BY_NAME[name].reference)
LEGACY = {name: BY_NAME[name].legacy.split(".")[0] for name in NAMES}
STAMPS = ("lastUpdated", "objectVersion")
LOST_RACE = "values lost to the service without versions"


def values_of(record: dict[str, Any]) -> dict[str, str]:
    """A record of the sandbox's store by our field names."""
    return {name: settle(str(record.get(LEGACY[name]) or "")) for name in NAMES}


def alike(one: str, other: str) -> bool:
    """Equal as the rules say it (trimmed, NFC, nothing more), worked out apart from the engine."""
    return unicodedata.normalize("NFC", one).strip() == unicodedata.normalize("NFC", other).strip()


def known_as(values: Mapping[str, str], record: dict[str, Any]) -> bool:
    """Every one of these values is what the record of the sandbox's store holds."""
    held = values_of(record)
    return all(alike(held[name], value) for name, value in values.items())


@dataclass(frozen=True)
class Entry:
    """A person typed `value` into a field of one side's customer (`entity`: our id, or the remote record's own id)."""

    side: str
    entity: int
    field: str
    value: str


@dataclass(frozen=True)
class Overwritten:
    """A write of the app (`key`) took `before` away there; `raced`: it went by the service without versions, and the
    record had changed since that worker read it; `owing`: the customer owes, and we had been told so."""

    entity: int
    field: str
    before: str
    after: str
    raced: bool
    key: str = ""
    owing: bool = False


@dataclass
class Remote:
    """One customer in e-conomic through all its numbers. `key`: the app's own creation; `gone`: who took it away;
    `late`: the call that made it was under way for about as long as a key lives; `bare`: it once had no CVR number;
    `removal`: the key of the app's deletion, `lost`: what people had typed there and that deletion took along."""

    uid: int
    number: int
    key: str = ""
    via: str = "page"
    gone: str = ""
    late: bool = False
    bare: bool = False
    removal: str = ""
    lost: list[str] = field(default_factory=list)


@dataclass
class Ledger:
    """Everything that the oracle knows by itself, without asking the engine."""

    typed: list[Entry] = field(default_factory=list)
    superseded: set[tuple[str, int, str, str]] = field(default_factory=set)
    overwritten: list[Overwritten] = field(default_factory=list)
    theirs_ever: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    answered: set[tuple[str, str]] = field(default_factory=set)
    agreed: set[tuple[str, str, str]] = field(default_factory=set)
    ruled: set[tuple[str, str, str]] = field(default_factory=set)
    remotes: list[Remote] = field(default_factory=list)
    at: dict[int, Remote] = field(default_factory=dict)
    declared: set[tuple[int, int]] = field(default_factory=set)
    kin: set[tuple[int, int]] = field(default_factory=set)
    origin: dict[str, tuple[str, int]] = field(default_factory=dict)
    held: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    confirmed: set[tuple[int, str, str]] = field(default_factory=set)
    named: set[tuple[int, str]] = field(default_factory=set)
    kept: dict[int, Any] = field(default_factory=dict)
    erased: dict[int, set[str]] = field(default_factory=dict)
    collateral: list[str] = field(default_factory=list)
    deleted_values: list[tuple[str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    holders: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    moved_numbers: set[int] = field(default_factory=set)

    # -- what people type

    def note(self, side: str, entity: int, values: dict[str, str], before: dict[str, str]) -> None:
        """A person's edit was acknowledged: `values` stand where `before` stood."""
        for name, value in values.items():
            value = settle(value)
            old = settle(before.get(name, ""))
            if old and old != value:
                self.superseded.add((side, entity, name, old))
            if value and name in TEXTS:
                self.typed.append(Entry(side, entity, name, value))
                self.origin.setdefault(value, (side, entity))

    def gone_by_person(self, side: str, entity: int, values: dict[str, str]) -> None:
        """A person deleted the customer: what it held is superseded with it."""
        self.superseded |= {(side, entity, name, settle(value)) for name, value in values.items() if value}

    # -- what happens in e-conomic's own store

    def made(self, record: dict[str, Any], key: str, via: str) -> Remote:
        remote = Remote(len(self.remotes) + 1, record["customerNumber"], key, via)
        self.remotes.append(remote)
        self.at[remote.number] = remote
        self.holders[remote.number].append(remote.uid)
        self._saw(remote, values_of(record))
        return remote

    def changed(
        self, before: dict[str, Any], after: dict[str, Any], *, by_app: bool, raced: bool, key: str, owing: bool
    ) -> None:
        remote = self.at[after["customerNumber"]]
        old, new = values_of(before), values_of(after)
        self._saw(remote, new)
        if not by_app:
            self.note("theirs", remote.uid, {n: v for n, v in new.items() if v != old[n]}, old)
            return
        self._check_collateral(remote, before, after, raced)
        if old == new:
            self.counts["idle writes"] += 1
        else:
            self.counts["writes that changed something"] += 1
        for name in NAMES:
            if old[name] and old[name] != new[name]:
                self.overwritten.append(Overwritten(remote.uid, name, old[name], new[name], raced, key, owing))

    def removed(self, record: dict[str, Any], *, by_app: bool, raced: bool = False, key: str = "") -> None:
        remote = self.at.pop(record["customerNumber"])
        remote.gone = "app" if by_app else "person"
        if by_app:
            held = values_of(record)
            self.deleted_values += [(name, value) for name, value in held.items() if value]
            typed = {(e.field, e.value) for e in self.typed if (e.side, e.entity) == ("theirs", remote.uid)}
            lost = sorted(name for name in TEXTS if (name, held[name]) in typed)
            remote.removal, remote.lost = key, [] if raced else lost
        self.gone_by_person("theirs", remote.uid, values_of(record))

    def moved(self, old: int, new: int) -> None:
        remote = self.at.pop(old)
        remote.number = new
        self.moved_numbers |= {old, new}
        self.holders[new].append(remote.uid)
        self.at[new] = remote

    def _saw(self, remote: Remote, values: dict[str, str]) -> None:
        remote.bare = remote.bare or not values["cvr"]
        for name, value in values.items():
            if value:
                self.theirs_ever[name].add(value)
                self.held[value.casefold()].add(remote.uid)

    def _check_collateral(self, remote: Remote, before: dict[str, Any], after: dict[str, Any], raced: bool) -> None:
        ours = set(LEGACY.values()) | set(STAMPS)
        for name in sorted(before.keys() | after.keys()):
            if name in ours or before.get(name) == after.get(name):
                continue
            if raced:
                self.counts[LOST_RACE] += 1
            else:
                self.collateral.append(f"{remote.uid}.{name}: {before.get(name)!r} became {after.get(name)!r}")

    # -- orders

    def join(self, links: tuple[set[tuple[int, int]], set[tuple[int, int]]]) -> None:
        """A person said that a customer is the same party as these records of theirs and these customers of ours."""
        self.declared |= links[0]
        self.kin |= links[1]

    def decide(self, name: str, choice: str, ours: str, theirs: str) -> None:
        """A person saw both values and chose "ours", "theirs" or "both"."""
        if choice == "both":
            # From now on each counts as settled, so the next edit of one goes over the other.
            self.agreed.add((name, ours, theirs))
            self.answered |= {(name, ours), (name, theirs)}
        else:
            self.answered.add((name, theirs if choice == "ours" else ours))
