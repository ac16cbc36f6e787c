"""Finds customers by filter and sort without walking a crowd where the filter allows it."""

from collections.abc import Iterator
from typing import NamedTuple

from webapp.sandbox.customers import Customers, getter
from webapp.sandbox.errors import ApiError
from webapp.sandbox.filters import Clause, Joined, Node, clauses
from webapp.sandbox.paging import Find, Sort
from webapp.sandbox.store import Row

FARTHEST = 50_000
"""Customers that one call looks at before it gives up: about three seconds, during which nobody else is answered."""


class Span(NamedTuple):
    """The numbers from `low` up to and with `high`."""

    low: int
    high: int


def finder(customers: Customers) -> Find:
    """How the customers of one agreement are searched."""

    def find(node: Node | None, sorts: list[Sort], start: int, size: int) -> tuple[list[Row], int, int]:
        rows, results = find_customers(customers, node, sorts, start, size)
        return rows, results, len(customers)

    return find


def find_customers(
    customers: Customers, node: Node | None, sorts: list[Sort], start: int, size: int
) -> tuple[list[Row], int]:
    """One stretch of the matching customers, and how many match."""
    span, rest = split(node)
    first, end = customers.rank(span.low), customers.rank(span.high + 1)
    if not rest and _by_number(sorts):
        return _stretch(customers, first, end, start, size, bool(sorts and sorts[0].down))
    maybe = candidates(customers, span, rest)
    found = [record for record in maybe if all(part.matches(getter(record)) for part in rest)]
    for sort in reversed(sorts):
        found.sort(key=lambda record: sort.key(getter(record)(sort.name)), reverse=sort.down)
    return found[start : start + size], len(found)


def split(node: Node | None) -> tuple[Span, list[Node]]:
    """The span of numbers a conjunction allows, and what else it asks."""
    low, high, rest = 1, 10**9, []
    for part in clauses(node):
        bounds = _bounds(part)
        if bounds is None:
            rest.append(part)
        else:
            low, high = max(low, bounds.low), min(high, bounds.high)
    return Span(low, max(high, low - 1)), rest


def _bounds(part: Node) -> Span | None:
    if isinstance(part, Joined) or part.field != "customerNumber" or not isinstance(part.value, float):
        return None
    if part.value != int(part.value):
        return None
    number = int(part.value)
    spans = {"gt": Span(number + 1, 10**9), "gte": Span(number, 10**9), "lt": Span(1, number - 1),
             "lte": Span(1, number), "eq": Span(number, number)}  # fmt: skip
    return spans.get(part.operator)


def candidates(customers: Customers, span: Span, rest: list[Node]) -> Iterator[Row]:
    """The records that can match: only changed ones when the filter asks for what is newer than the crowd."""
    if customers.derived and any(_newer_than(part, customers.derived.latest) for part in rest):
        return (record for record in customers.changed() if span.low <= record["customerNumber"] <= span.high)
    asked = _asked_numbers(rest)
    if asked is not None:
        numbers = [number for number in sorted(asked) if number in customers and span.low <= number <= span.high]
        return (customers[number] for number in numbers)
    return walked(customers, customers.rank(span.low), customers.rank(span.high + 1))


def walked(customers: Customers, first: int, end: int) -> Iterator[Row]:
    """All records in this stretch, or the refusal that a search through a whole crowd ends in."""
    if customers.derived and end - first > FARTHEST:
        hint = f"The search would look at {end - first} customers; narrow it by customerNumber or lastUpdated."
        raise ApiError(504, "Gateway timeout.", hint=hint, newer_code="GatewayTimeout")
    return (customers[number] for number in customers.numbers(first, end))


def _asked_numbers(rest: list[Node]) -> set[int] | None:
    for part in rest:
        if isinstance(part, Clause) and part.field == "customerNumber" and part.operator == "in":
            return {int(value) for value in part.value if value is not None}
    return None


def _newer_than(part: Node, latest: str) -> bool:
    if isinstance(part, Joined) or part.field != "lastUpdated" or part.value is None:
        return False
    return part.operator in ("gt", "gte", "eq") and part.value > latest.lower()


def _by_number(sorts: list[Sort]) -> bool:
    return not sorts or (len(sorts) == 1 and sorts[0].name == "customerNumber" and not sorts[0].as_text)


def _stretch(customers: Customers, first: int, end: int, start: int, size: int, down: bool) -> tuple[list[Row], int]:
    results = max(0, end - first)
    if down:
        numbers = [customers.at(place) for place in range(end - 1 - start, max(first - 1, end - 1 - start - size), -1)]
    else:
        numbers = list(customers.numbers(first + start, min(first + start + size, end)))
    return [customers[number] for number in numbers], results
