"""Legacy collections: filter, sort, pages and the links between them."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from flask import request

from webapp.sandbox.calls import Answer, Call
from webapp.sandbox.errors import ApiError
from webapp.sandbox.filters import FilterError, Node, parse
from webapp.sandbox.store import Row

FILTER_HINT = "Filtering on collections can be done using the querystring parameter 'filter'."
SORT_HINT = "Sorting on collections can be done using the querystring parameter 'sort'."
LARGEST = 1000
Find = Callable[[Node | None, list["Sort"], int, int], tuple[list[Row], int, int]]


class Sort:
    """One word of a sort parameter."""

    def __init__(self, name: str, down: bool, as_text: bool) -> None:
        self.name, self.down, self.as_text = name, down, as_text

    def key(self, value: Any) -> tuple[int, Any]:
        """Absent first, text without regard to case."""
        if value is None:
            return (0, "")
        if self.as_text or isinstance(value, str):
            return (1, str(value).lower())
        return (1, value)


def read_sort(call: Call, allowed: Iterable[str]) -> list[Sort]:
    """The sort parameter as asked for."""
    names = {name.lower(): name for name in allowed}
    sorts = []
    for word in (call.arg("sort") or "").split(","):
        bare = word.strip().lstrip("-~")
        if not word.strip():
            continue
        if bare.lower() not in names:
            message = f"Sorting is not allowed on property '{bare}'."
            raise ApiError(400, "Could not parse query string sort parameter.", hint=SORT_HINT, errors=[message],
                           allowedSortingFields=list(names.values()), newer_code="BadSortRequest")  # fmt: skip
        marks = word.strip()[: len(word.strip()) - len(bare)]
        sorts.append(Sort(names[bare.lower()], "-" in marks, "~" in marks))
    return sorts


def read_filter(call: Call, allowed: Mapping[str, str]) -> Node | None:
    """The filter parameter as asked for."""
    text = call.arg("filter")
    if not text:
        return None
    try:
        return parse(text, allowed)
    except FilterError as error:
        raise ApiError(400, "Could not parse query string filter.", hint=FILTER_HINT, errors=[str(error)],
                       allowedFilteringFields=list(allowed), newer_code="BadFilterRequest") from None  # fmt: skip


def page_of(call: Call) -> tuple[int, int]:
    """(pages to skip, page size)."""
    skip, size = _whole(call, "skippages", 0), _whole(call, "pagesize", 20)
    if not 1 <= size <= LARGEST:
        hint = f"The maximum page size is {LARGEST}."
        raise ApiError(400, f"Page size must be between 1 and {LARGEST}.", code="E04810", hint=hint)
    if skip < 0:
        raise ApiError(400, "skippages must not be negative.", code="E04810", hint="Pages are counted from 0.")
    return skip, size


def _whole(call: Call, name: str, otherwise: int) -> int:
    text = call.arg(name)
    if text is None or text == "":
        return otherwise
    try:
        return int(text)
    except ValueError:
        raise ApiError(400, f"{name} must be a whole number.", code="E04810", hint="") from None


def collection(
    call: Call,
    find: Find,
    show: Callable[[Row], Row],
    *,
    filterable: Mapping[str, str],
    sortable: Iterable[str],
    create: str | None = None,
    recent: bool = False,
) -> Answer:
    """One page. `recent`: the order of keys as the newer recordings have it."""
    skip, size = page_of(call)
    node, sorts = read_filter(call, filterable), read_sort(call, sortable)
    if skip or "$gt" in (call.arg("filter") or ""):
        call.sandbox.hooks.reach("between_pages")
    rows, results, total = find(node, sorts, skip * size, size)
    here = address(call)
    shape: Row = {"skipPages": skip, "pageSize": size, "maxPageSizeAllowed": LARGEST}
    if not recent:
        shape = {"maxPageSizeAllowed": LARGEST, "skipPages": skip, "pageSize": size}
    shape |= {"results": results, "resultsWithoutFilter": total} | _links(call, skip, size, results)
    body: Row = {"collection": [show(row) for row in rows], "pagination": shape}
    if create:
        body["metaData"] = {"create": {"description": create, "href": here, "httpMethod": "post"}}
    return Answer(200, body | {"self": here})


def _links(call: Call, skip: int, size: int, results: int) -> Row:
    last = max(0, math.ceil(results / size) - 1)
    links = {"firstPage": address(call, 0)}
    if skip > 0:
        links["previousPage"] = address(call, min(skip - 1, last))
    if skip < last:
        links["nextPage"] = address(call, skip + 1)
    return links | {"lastPage": address(call, last)}


def address(call: Call, skip: int | None = None) -> str:
    """The present address, at another page when one is given; filter and sort stay, encoded."""
    asked = parse_qsl(request.query_string.decode(), keep_blank_values=True)
    if skip is not None:
        names = [name.lower() for name, _ in asked]
        if "skippages" not in names:
            asked.append(("skippages", "0"))
        if "pagesize" not in names:
            asked.append(("pagesize", "20"))
        asked = [(name, str(skip) if name.lower() == "skippages" else value) for name, value in asked]
    query = urlencode(asked, quote_via=quote, safe="")
    return call.root + call.path.rstrip("/") + (f"?{query}" if query else "")


def listed(rows: Iterable[Row], get: Callable[[Row, str], Any]) -> Find:
    """How a short list in memory is searched."""
    kept = list(rows)

    def find(node: Node | None, sorts: list[Sort], start: int, size: int) -> tuple[list[Row], int, int]:
        found = [row for row in kept if node is None or node.matches(lambda name, row=row: get(row, name))]  # type: ignore[misc]
        for sort in reversed(sorts):
            found.sort(key=lambda row: sort.key(get(row, sort.name)), reverse=sort.down)
        return found[start : start + size], len(found), len(kept)

    return find
