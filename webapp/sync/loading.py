"""What each line of a file means: a new customer, a change of one that is here, nothing, or a question to a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.economic.limits import HIGHEST_NUMBER
from webapp.models.connection import Connection, Reference
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.sync import checkup, judging, matching, numbers
from webapp.sync.beats import Beat, heard
from webapp.sync.fields import BY_NAME, NAMES, REFERENCES, Values
from webapp.sync.keys import key_of, name_words
from webapp.sync.normalise import fold
from webapp.sync.runs_plan import EQUAL, Line, Planned, changed

SURE = ("ean", "cvr")
NOT_A_NUMBER, NO_NUMBER, SEVERAL, WRONG = "number_wrong", "no_number", "several", "wrong"
OTHER_HOLDER, LOOKALIKE, TWICE, DOUBTFUL = "other_holder", "lookalike", "twice_in_file", "doubtful"
TICKABLE = (OTHER_HOLDER, TWICE, DOUBTFUL)
Sign = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """One who is in a register: there may be very many, so no rows are made of them."""

    id: int
    number: int
    version: int
    values: Values

    @property
    def label(self) -> str:
        return f"{self.values['name']} ({self.number})"


def _all_of(table: Any, query: Any) -> Iterator[Known]:
    columns = table.id, table.number, table.version, *(getattr(table, name) for name in NAMES)
    for key, number, version, *values in query.select(*columns).tuples().iterator():
        yield Known(key, number, version, dict(zip(NAMES, values, strict=True)))


class Loading:
    """A company's register as the lines of a file are held against it."""

    def __init__(self, files: Connection, *, there: bool) -> None:
        company = files.company
        self.there, self.economic = there, Connection.open_of(company)
        self.customers = list(_all_of(Customer, Customer.of(company)))
        self.by_number = {one.number: one for one in self.customers}
        self.by_key: dict[Sign, list[Known]] = defaultdict(list)
        for one in self.customers:
            for sign in _sure(one.values):
                self.by_key[sign].append(one)
        self.lists = _Lists(self.economic)
        self.next = numbers.next_here(files)

    def plan(self, lines: Sequence[Line], beat: Beat) -> list[Planned]:
        """What would be done for each line, in the file's order; nothing is done."""
        found = [self._one(line) for line in heard(beat, lines)]
        again = _twice(lines, found)
        new = [place for place, one in enumerate(found) if one.customer is None and one.held in ("", DOUBTFUL)]
        alike = self._alike([(place, lines[place]) for place in new], beat)
        each = enumerate(heard(beat, found))
        return [self._weighed(one, again.get(place, ()), alike.get(place, "")) for place, one in each]

    def _one(self, line: Line) -> Planned:
        customer, held = self._meant(line)
        if held in (NO_NUMBER, NOT_A_NUMBER, SEVERAL):
            return _planned(line, None, None, {}, held)
        values = self.lists.keys(line.values, customer)
        return self._new(line, values, held) if customer is None else self._known(line, values, customer, held)

    def _meant(self, line: Line) -> tuple[Known | None, str]:
        """Whom of ours the line is about, as far as that is sure, and what speaks against going on."""
        if line.number is not None:
            number = judging.number(line.number)
            if number is None:
                return None, NOT_A_NUMBER if line.number else NO_NUMBER
            holder = self.by_number.get(number)
            strange = holder is not None and _is_another(line.values, holder.values)
            return holder, OTHER_HOLDER if strange else ""
        hits = {one.id: one for sign in _sure(line.values) for one in self.by_key.get(sign, ())}
        if len(hits) > 1:
            return None, SEVERAL
        hit = next(iter(hits.values()), None)
        return (None, "") if hit is None or not _is_called_alike(line.values, hit.values) else (hit, "")

    def _new(self, line: Line, values: Values, held: str) -> Planned:
        wrong = self._faults(values | {"name": values.get("name", "")})
        number = judging.number(line.number or "")
        return _planned(line, None, number, values, WRONG if wrong else held, wrong=wrong)

    def _known(self, line: Line, values: Values, customer: Known, held: str) -> Planned:
        before, after = changed({"ours": customer.values}, {"ours": dict(values)})
        if not after:
            return _planned(line, customer, customer.number, {}, EQUAL)
        wrong = self._faults(after["ours"])
        return _planned(line, customer, customer.number, after["ours"], WRONG if wrong else held, before, wrong)

    def _faults(self, values: Mapping[str, str]) -> list[str]:
        return [name for name, value in values.items() if judging.fault(name, value, self.lists.choices)]

    def _alike(self, new: Sequence[tuple[int, Line]], beat: Beat) -> dict[int, str]:
        """Lines that are to be new customers, and whom of ours, or of theirs without a partner, they resemble."""
        others = {("ours", one.id): one for one in self.customers} if new else {}
        free = {one.number: one for one in self._unpaired()} if new else {}
        others |= {("theirs", one.id): one for one in free.values()}
        pool = [(key, {**one.values, "number": str(one.number)}) for key, one in others.items()]
        told = {place: {**line.values, "number": line.number or ""} for place, line in new}
        found: dict[int, str] = {}
        for place, values in told.items():
            there = free.get(judging.number(values["number"]) or 0)
            if there is not None and not _is_another(values, there.values):
                found[place] = there.label
        rest = [(("new", place), values) for place, values in told.items() if place not in found]
        hits = matching.lookalikes(rest, pool, beat) if rest and pool else {}
        return found | {place: others[other].label for (_new, place), other in hits.items()}

    def _unpaired(self) -> Iterable[Known]:
        if self.economic is None or not self.there:
            return []
        paired = Pairing.living(self.economic).where(Pairing.mirror.is_null(False)).select(Pairing.mirror)
        return _all_of(Mirror, Mirror.of(self.economic).where(Mirror.id.not_in(paired)))

    def _weighed(self, one: Planned, again: Sequence[int], alike: str) -> Planned:
        """The line with what holds it back, the gravest first; a new customer without a number gets the next free."""
        note = dict(one.note)
        doubted = [name for name, value in one.after.get("ours", {}).items() if judging.doubt(name, value)]
        note |= {"doubted": doubted} if doubted else {}
        note |= {"again": list(again)} if again and one.held != EQUAL else {}
        note |= {"alike": alike} if alike else {}
        reasons = (one.held, again and TWICE, alike and LOOKALIKE, doubted and DOUBTFUL)
        held = next((reason for reason in reasons if reason), "")
        number = one.number
        if one.customer is None and number is None and held not in (NO_NUMBER, NOT_A_NUMBER, SEVERAL, WRONG):
            number = self._free()
        return Planned(one.customer, None, None, number, one.before, one.after, str(held), note)

    def _free(self) -> int:
        while self.next in self.by_number:
            self.next = self.next % HIGHEST_NUMBER + 1
        number, self.next = self.next, self.next % HIGHEST_NUMBER + 1
        return number


class _Lists:
    """e-conomic's lists, in which a file may name an entry by its number or as it is called."""

    def __init__(self, economic: Connection | None) -> None:
        self.names = Reference.names(economic) if economic else {}
        living = Reference.select().where(Reference.connection == economic, Reference.gone_at.is_null())
        self.choices: dict[str, dict[str, str]] = {name: {} for name in REFERENCES}
        for row in living if economic else ():
            if row.kind in self.choices:
                self.choices[row.kind][row.key] = row.name

    def keys(self, values: Mapping[str, str], customer: Known | None) -> Values:
        return {name: self._key(name, text, customer) if name in REFERENCES else text for name, text in values.items()}

    def _key(self, name: str, text: str, customer: Known | None) -> str:
        """What stands for this text; what the customer has already when that is called so."""
        now = customer.values[name] if customer is not None else ""
        if now and text in (now, self.names.get((BY_NAME[name].reference, now))):
            return str(now)
        if text in self.choices[name]:
            return text
        called = [key for key, other in self.choices[name].items() if fold(other) == fold(text)]
        return called[0] if len(called) == 1 else text


def _planned(
    line: Line, customer: Any, number: int | None, values: Mapping[str, str], held: str,
    before: Any = None, wrong: Sequence[str] = (),
) -> Planned:  # fmt: skip
    note = {"file": line.file, "line": line.line, "said": line.number, "row": dict(line.values)}
    note |= {"wrong": list(wrong)} if wrong else {}
    return Planned(customer, None, None, number, before or {}, {"ours": dict(values)} if values else {}, held, note)


def _sure(values: Mapping[str, str]) -> Iterator[Sign]:
    for name in SURE:
        if key := key_of(name, values.get(name, "")):
            yield name, key


def _is_another(values: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """The line names somebody else than the holder of its number."""
    return bool(values.get("name")) and checkup.are_strangers(values, other)


def _is_called_alike(values: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Two with the same CVR or EAN number are one party when their names agree as well; else they may be two sites."""
    names = {"name": values.get("name", "")}, {"name": other.get("name", "")}
    return not names[0]["name"] or not checkup.are_strangers(*names)


def _twice(lines: Sequence[Line], found: Sequence[Planned]) -> dict[int, list[int]]:
    """Place of a line -> the numbers of the other lines that are about the same customer."""
    together: dict[Sign, list[int]] = defaultdict(list)
    for place, (line, one) in enumerate(zip(lines, found, strict=True)):
        for sign in _signs(line, one):
            together[sign].append(place)
    again: dict[int, set[int]] = defaultdict(set)
    for places in together.values():
        if len(places) > 1:
            for place in places:
                again[place] |= {lines[other].line for other in places[:10] if other != place}
    return {place: sorted(others) for place, others in again.items()}


def _signs(line: Line, one: Planned) -> Iterator[Sign]:
    if one.customer is not None:
        yield "customer", str(one.customer.id)
        return
    if number := judging.number(line.number or ""):
        yield "number", str(number)
    yield from _sure(line.values) if line.number is None else ()
    if name := " ".join(sorted(name_words(line.values.get("name", "")))):
        for mark in checkup.double_marks(line.values):
            yield "double", name, *mark
