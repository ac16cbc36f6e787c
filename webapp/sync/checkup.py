"""Sundhedstjek: what is odd in the two registers before and after they are kept equal. Reads only; pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from rapidfuzz import fuzz
from stdnum import ean
from stdnum.dk import cvr

from webapp.sync import countries, keys
from webapp.sync.fields import BY_NAME

Side = Literal["ours", "theirs"]
Values = Mapping[str, str]
_REQUIRED = tuple(name for name, field in BY_NAME.items() if field.required)
# Names alike below this share (0 to 100) are names of different parties.
STRANGE_NAMES = 70
# Of hundreds that are called the same, each names so many of the others.
SHOWN_TOGETHER = 10


@dataclass(frozen=True, slots=True)
class Row:
    """A customer of one side. `pair` is the same for two that are partners, 0 for one without."""

    side: Side
    id: int
    number: int
    values: Values
    pair: int = 0
    barred: bool = False

    @property
    def name(self) -> str:
        return self.values.get("name", "")

    @property
    def customer(self) -> tuple[str, int]:
        """Whom the row stands for: partners are one customer."""
        return ("pair", self.pair) if self.pair else (self.side, self.id)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd about a customer, and about the others in the same way: in which field if in one."""

    cause: str
    row: Row
    field: str = ""
    others: tuple[Row, ...] = ()

    @property
    def parties(self) -> tuple[Row, ...]:
        return (self.row, *self.others)

    @property
    def value(self) -> str:
        return self.row.values.get(self.field, "") if self.field else ""


@dataclass(frozen=True)
class Report:
    """All that was found. `checked`: how many customers were looked at, partners as one."""

    checked: int
    findings: tuple[Finding, ...]
    by_cause: Mapping[str, tuple[Finding, ...]] = field(init=False)

    def __post_init__(self) -> None:
        grouped: dict[str, list[Finding]] = {cause: [] for cause in CAUSES}
        for finding in self.findings:
            grouped[finding.cause].append(finding)
        object.__setattr__(self, "by_cause", {cause: tuple(found) for cause, found in grouped.items() if found})

    @property
    def odd(self) -> int:
        """How many customers something was found about."""
        return customers(self.findings)

    @property
    def ready(self) -> int:
        return ready(self.checked, self.odd)


def customers(findings: Iterable[Finding]) -> int:
    """How many customers these are about, partners as one."""
    return len({party.customer for finding in findings for party in finding.parties})


def ready(checked: int, odd: int) -> int:
    """The share without a finding, in whole per cent, rounded down so that 100 means all."""
    return 100 * (checked - odd) // checked if checked else 100


def examine(rows: Sequence[Row], filled: Callable[[Values], Values]) -> Report:
    """Look at every customer of both sides. `filled`: a new customer's values with rules and defaults laid under."""
    alone = [Finding(cause, row, name) for row in rows for cause, name in _alone(row, filled)]
    return Report(len({row.customer for row in rows}), (*_doubles(rows), *_strangers(rows), *_by_pair(alone)))


def _by_pair(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Partners with the same fault in the same value are told once: mended here, it is mended there."""
    marks = [(one.row.pair, one.cause, one.field, one.value) for one in findings]
    sides: dict[str, dict[tuple[int, str, str, str], Row]] = {"ours": {}, "theirs": {}}
    for mark, one in zip(marks, findings, strict=True):
        if one.row.pair:
            sides[one.row.side][mark] = one.row
    for mark, one in zip(marks, findings, strict=True):
        if one.row.side == "ours" and mark in sides["theirs"]:
            yield replace(one, others=(sides["theirs"][mark],))
        elif one.row.side == "ours" or mark not in sides["ours"]:
            yield one


def _alone(row: Row, filled: Callable[[Values], Values]) -> Iterator[tuple[str, str]]:
    """What can be told of a customer without looking at the others: cause and field."""
    values = filled(row.values) if row.side == "ours" else row.values
    for name in _REQUIRED:
        if not values.get(name, ""):
            yield "required", name
    for cause, is_wrong in _WRONG.items():
        if row.values.get(cause, "") and is_wrong(row.values):
            yield cause, cause
    if row.barred:
        yield "barred", ""


def _wrong_cvr(values: Values) -> bool:
    return is_danish(values) and not cvr.is_valid(values["cvr"])


def _wrong_ean(values: Values) -> bool:
    return not (len(values["ean"]) == 13 and ean.is_valid(values["ean"]))


def _odd_postcode(values: Values) -> bool:
    return is_danish(values) and not re.fullmatch(r"(?:DK-?)?\s?[0-9]{4}", values["postcode"], re.ASCII | re.IGNORECASE)


def _unknown_country(values: Values) -> bool:
    return not countries.code_of(values["country"])


_WRONG: Mapping[str, Callable[[Values], bool]] = {
    "cvr": _wrong_cvr, "ean": _wrong_ean, "postcode": _odd_postcode, "country": _unknown_country,
}  # fmt: skip
CAUSES = ("double", "number", "required", *_WRONG, "barred")
# Causes that a person mends by typing another value of ours.
MENDED = frozenset(("required", *_WRONG))


def is_danish(values: Values) -> bool:
    return countries.code_of(values.get("country", "")) == countries.HOME


def _doubles(rows: Sequence[Row]) -> Iterator[Finding]:
    """Customers of one side that have the same name and, besides, a key or a house in common; each is named once."""
    in_order = sorted(rows, key=lambda row: (row.side, row.number, row.id))
    together, named = _together(in_order), set[tuple[str, int]]()
    for row in in_order:
        others = together.get((row.side, row.id), ())
        if not others or (row.side, row.id) in named:
            continue
        fresh = [other for other in others if (other.side, other.id) not in named][:SHOWN_TOGETHER]
        named.update((other.side, other.id) for other in (row, *fresh))
        yield Finding("double", row, others=tuple(fresh or others[:1]))


def _together(rows: Sequence[Row]) -> dict[tuple[str, int], list[Row]]:
    """Customer -> the first few that are its doubles."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        name = " ".join(sorted(keys.name_words(row.name)))
        for mark in double_marks(row.values) if name else ():
            groups[row.side, name, *mark].append(row)
    found: dict[tuple[str, int], dict[int, Row]] = defaultdict(dict)
    for group in groups.values():
        if len(group) > 1:
            for row in group:
                found[row.side, row.id].update((one.id, one) for one in group[: SHOWN_TOGETHER + 1] if one is not row)
    return {key: list(others.values()) for key, others in found.items()}


def double_marks(values: Values) -> Iterator[tuple[str, str]]:
    """What two customers of the same name have in common when they are one party; another site has another house."""
    street, house = keys.street_key(values.get("address", ""))
    where = f"{street} {house} {keys.postcode_key(values.get('postcode', ''))}" if street and house else ""
    if where:
        yield "house", where
        return
    for name in ("cvr", "ean", "email", "phone"):
        for key in keys.keys_of(name, values.get(name, "")):
            yield name, key


def _strangers(rows: Sequence[Row]) -> Iterator[Finding]:
    """A number that means one party here and another there."""
    theirs = {row.number: row for row in rows if row.side == "theirs"}
    for row in rows:
        other = theirs.get(row.number) if row.side == "ours" else None
        if other and not (row.pair and row.pair == other.pair) and are_strangers(row.values, other.values):
            yield Finding("number", row, others=(other,))


def are_strangers(one: Values, other: Values) -> bool:
    """Nothing that names a party is the same in both, and they are not called alike."""
    for name in ("cvr", "ean", "email", "phone"):
        if set(keys.keys_of(name, one.get(name, ""))) & set(keys.keys_of(name, other.get(name, ""))):
            return False
    return (
        fuzz.token_set_ratio(keys.name_key(one.get("name", "")), keys.name_key(other.get("name", ""))) < STRANGE_NAMES
    )
