"""The three ways to list in the newer services: by cursor, by page, and only the count."""

from collections.abc import Callable, Mapping

from webapp.sandbox.calls import Answer, Call
from webapp.sandbox.errors import ApiError
from webapp.sandbox.filters import Clause, FilterError, Joined, Node, parse
from webapp.sandbox.paging import Find, Sort
from webapp.sandbox.store import Row

CURSOR_PAGE, LARGEST_PAGE, REACH = 1000, 100, 10_000
Show = Callable[[Row], Row]


def read_filter(call: Call, allowed: Mapping[str, str]) -> Node | None:
    """The filter parameter; brackets can be escaped here."""
    text = call.arg("filter")
    if not text:
        return None
    try:
        return parse(text, allowed, bracket_escapes=True)
    except FilterError as error:
        raise _bad("Could not parse query string filter.", str(error), "BadFilterRequest") from None


def by_cursor(call: Call, find: Find, show: Show, key: str, filterable: Mapping[str, str]) -> Answer:
    """Up to 1000 from the cursor on; the cursor names the first of the next stretch, and is left out at the end."""
    node, start = read_filter(call, filterable), call.arg("cursor")
    if start:
        call.sandbox.hooks.reach("between_pages")
        node = _from(node, start, key, filterable)
    rows, _, _ = find(node, [Sort(key, False, False)], 0, CURSOR_PAGE + 1)
    body: Row = {"items": [show(row) for row in rows[:CURSOR_PAGE]]}
    if len(rows) > CURSOR_PAGE:
        body = {"cursor": str(show(rows[CURSOR_PAGE])[key]), **body}
    return Answer(200, body)


def _from(node: Node | None, start: str, key: str, filterable: Mapping[str, str]) -> Node:
    if filterable[key] == "number" and not start.isdigit():
        raise _bad("Invalid cursor.", f"Cursor '{start}' is not valid.", "BadCursorRequest")
    value = float(start) if filterable[key] == "number" else start.lower()
    first = Clause(key, "gte", value)
    return Joined(True, (first, node)) if node else first


def by_page(call: Call, find: Find, show: Show, filterable: Mapping[str, str], sortable: tuple[str, ...]) -> Answer:
    """A bare list; nothing beyond the first ten thousand."""
    size, skip = _whole(call, "pagesize", 20), _whole(call, "skippages", 0)
    if not 1 <= size <= LARGEST_PAGE or skip < 0:
        raise _bad("Invalid paging.", f"pageSize must be between 1 and {LARGEST_PAGE}.", "BadPagingRequest")
    start = skip * size
    rows, _, _ = find(read_filter(call, filterable), _sorts(call, sortable), start, min(size, max(0, REACH - start)))
    return Answer(200, [show(row) for row in rows])


def count(call: Call, find: Find, filterable: Mapping[str, str]) -> Answer:
    """How many match."""
    return Answer(200, find(read_filter(call, filterable), [], 0, 0)[1])


def _sorts(call: Call, sortable: tuple[str, ...]) -> list[Sort]:
    names, sorts = {name.lower(): name for name in sortable}, []
    for word in filter(None, (call.arg("sort") or "").split(",")):
        bare = word.strip().lstrip("-~")
        if bare.lower() not in names:
            raise _bad("Invalid sort.", f"Sorting is not allowed on property '{bare}'.", "BadSortRequest")
        sorts.append(Sort(names[bare.lower()], "-" in word, "~" in word))
    return sorts


def _whole(call: Call, name: str, otherwise: int) -> int:
    text = call.arg(name)
    try:
        return int(text) if text else otherwise
    except ValueError:
        raise _bad("Invalid paging.", f"{name} must be a whole number.", "BadPagingRequest") from None


def _bad(title: str, detail: str, code: str) -> ApiError:
    return ApiError(400, title, detail=detail, newer_code=code)
