"""One API call and its answer, and the table that says which function carries it out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers, MultiDict
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule

from webapp.sandbox.errors import ApiError, not_found

if TYPE_CHECKING:
    from webapp.sandbox.agreement import Agreement
    from webapp.sandbox.store import Row
    from webapp.sandbox.world import Sandbox


@dataclass
class Answer:
    """What goes back: a JSON value, or None for an empty body."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Call:
    """What came in, after the tokens were found good."""

    sandbox: "Sandbox"
    agreement: "Agreement"
    app: "Row"
    method: str
    path: str
    root: str
    args: MultiDict[str, str]
    headers: Headers
    raw: bytes
    grant: str
    demo_query: bool = False

    def link(self, path: str) -> str:
        """An absolute address inside the service; demo calls keep their query."""
        return self.root + path + ("?demo=true" if self.demo_query else "")

    def arg(self, name: str) -> str | None:
        """A query value, whatever the case of its name."""
        return next((value for key, value in self.args.items() if key.lower() == name.lower()), None)

    @property
    def key(self) -> str | None:
        """The idempotency key, which reads do not have."""
        return None if self.method == "GET" else self.headers.get("Idempotency-Key") or None

    @cached_property
    def json(self) -> Any:
        """The body as JSON, or a refusal."""
        try:
            value = json.loads(self.raw.decode("utf-8-sig"), parse_constant=_no_number)
            # Half a character pair cannot be written down again.
            json.dumps(value, ensure_ascii=False).encode()
            return value
        except (ValueError, RecursionError):
            hint = "The request body must be valid JSON."
            raise ApiError(400, "Could not parse request body.", hint=hint, newer_code="InvalidJson") from None


Handler = Callable[..., Answer]


class Routes:
    """Which function answers which method and path of one service."""

    def __init__(self, *tables: Mapping[tuple[str, str], Handler]) -> None:
        rules = [
            Rule(path.lower(), methods=[method], endpoint=handler)
            for table in tables
            for (method, path), handler in table.items()
        ]
        self._map = Map(rules, strict_slashes=False, merge_slashes=False)

    def carry_out(self, call: Call) -> Answer:
        """Find the function and run it."""
        adapter = self._map.bind("sandbox", "/")
        try:
            handler, values = adapter.match(_lower_words(call.path), method=call.method)
        except MethodNotAllowed:
            hint = "The resource exists, but does not support this verb."
            raise ApiError(405, "Method not allowed.", hint=hint, newer_code="MethodNotAllowed") from None
        except HTTPException:
            raise not_found() from None
        found: Handler = handler
        return found(call, **values)


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not a number")


def _lower_words(path: str) -> str:
    """The fixed words of a path in lower case; keys, which may be text, stay as they are."""
    parts = path.split("/")
    return "/".join([part.lower() if place % 2 else part for place, part in enumerate(parts)])
