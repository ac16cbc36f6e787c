"""The customers of one agreement in the order of their numbers, changed ones kept, the rest derived on demand."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from webapp.sandbox.store import Row, Table


class Derived(Protocol):
    """Customers that exist only as a rule: numbers from `first` on, without a gap."""

    first: int
    count: int
    latest: str

    def record(self, number: int) -> Row: ...


class Customers(Mapping[int, Row]):
    """A mapping from number to record; position and rank are found without walking."""

    def __init__(self, rows: Table, gone: Table, derived: Derived | None = None) -> None:
        self._rows, self._gone_rows = rows, gone
        self.derived: Derived | None = None
        self._own: list[int] = sorted(int(key) for key in rows)
        self._gone: list[int] = sorted(int(key) for key in gone)
        if derived:
            self.derive(derived)

    def derive(self, derived: Derived) -> None:
        """Put a derived crowd under what is already here."""
        self.derived = derived
        self._own = sorted(int(key) for key in self._rows if not self._covers(int(key)))

    def __getitem__(self, number: int) -> Row:
        row = self._rows.get(str(number))
        if row is not None:
            return dict(row)
        if self.derived and self._covers(number) and str(number) not in self._gone_rows:
            return self.derived.record(number)
        raise KeyError(number)

    def __len__(self) -> int:
        return len(self._own) + (self.derived.count - len(self._gone) if self.derived else 0)

    def __iter__(self) -> Iterator[int]:
        return self.numbers()

    def __contains__(self, number: object) -> bool:
        if str(number) in self._rows:
            return True
        return isinstance(number, int) and self._covers(number) and str(number) not in self._gone_rows

    def put(self, record: Row) -> None:
        """Keep this record under its number."""
        number = record["customerNumber"]
        if self._covers(number):
            self._bring_back(number)
        elif str(number) not in self._rows:
            insort(self._own, number)
        self._rows[str(number)] = record

    def remove(self, number: int) -> None:
        """Take the record away."""
        self._rows.pop(str(number), None)
        if self._covers(number):
            insort(self._gone, number)
            self._gone_rows[str(number)] = True
        else:
            del self._own[bisect_left(self._own, number)]

    def changed(self) -> Iterator[Row]:
        """The records that are kept as such, by number."""
        return (dict(self._rows[key]) for key in sorted(self._rows, key=int))

    def highest(self) -> int:
        return self.at(len(self) - 1) if len(self) else 0

    def lowest_free(self) -> int:
        """The smallest number nobody has."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.at(middle) == middle + 1:
                low = middle + 1
            else:
                high = middle
        return low + 1

    def numbers(self, start: int = 0, stop: int | None = None) -> Iterator[int]:
        """The numbers at the positions from `start` up to `stop`."""
        for position in range(start, len(self) if stop is None else min(stop, len(self))):
            yield self.at(position)

    def at(self, position: int) -> int:
        """The number at a position of the ascending order."""
        if not self.derived:
            return self._own[position]
        before = bisect_left(self._own, self.derived.first)
        present = self.derived.count - len(self._gone)
        if position < before:
            return self._own[position]
        if position < before + present:
            return self._present(position - before)
        return self._own[position - present]

    def rank(self, number: int) -> int:
        """How many customers have a smaller number."""
        own = bisect_left(self._own, number)
        if not self.derived:
            return own
        inside = min(max(number - self.derived.first, 0), self.derived.count)
        return own + inside - bisect_left(self._gone, number)

    def _present(self, position: int) -> int:
        assert self.derived
        low, high = position, position + len(self._gone)
        while low < high:
            middle = (low + high) // 2
            number = self.derived.first + middle
            if middle + 1 - bisect_left(self._gone, number + 1) > position:
                high = middle
            else:
                low = middle + 1
        return self.derived.first + low

    def _covers(self, number: int) -> bool:
        return bool(self.derived and 0 <= number - self.derived.first < self.derived.count)

    def _bring_back(self, number: int) -> None:
        if str(number) in self._gone_rows:
            del self._gone_rows[str(number)]
            del self._gone[bisect_left(self._gone, number)]


def getter(record: Row) -> Any:
    """How a filter reads a customer's fields."""

    def get(name: str) -> Any:
        if name == "barred":
            return bool(record.get("barred"))
        return record.get(name.split(".")[0])

    return get
