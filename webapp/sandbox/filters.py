"""Reads the filter language of both services and answers whether a record matches."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Get = Callable[[str], Any]
OPERATORS = ("eq", "ne", "gte", "gt", "lte", "lt", "like", "in", "nin")
_CLAUSE = re.compile(r"\s*([A-Za-z][\w.]*)\$(" + "|".join(OPERATORS) + r"):")
_ESCAPED = "$()*,"
MOST_IN = 200


class FilterError(Exception):
    """The filter cannot be read, or asks for something that is not allowed."""


@dataclass(frozen=True)
class Clause:
    """One comparison; `value` is None for `$null:` and a tuple for `$in:` and `$nin:`."""

    field: str
    operator: str
    value: Any

    def matches(self, get: Get) -> bool:
        return _COMPARE[self.operator](_folded(get(self.field)), self.value)


@dataclass(frozen=True)
class Joined:
    """Several parts of which all, or any, must match."""

    every: bool
    parts: tuple["Node", ...]

    def matches(self, get: Get) -> bool:
        return (all if self.every else any)(part.matches(get) for part in self.parts)


Node = Clause | Joined


def parse(text: str, allowed: Mapping[str, str], bracket_escapes: bool = False) -> Node:
    """Read a filter over the allowed fields (name to kind: text, number, bool, time)."""
    reader = _Reader(text, {name.lower(): (name, kind) for name, kind in allowed.items()}, bracket_escapes)
    node = reader.any_of()
    if reader.at < len(text):
        raise FilterError(f"Unexpected text at position {reader.at}.")
    return node


def clauses(node: Node | None) -> list[Node]:
    """The parts that must all hold, when the filter is one conjunction."""
    if node is None:
        return []
    if isinstance(node, Joined) and node.every:
        return [inner for part in node.parts for inner in clauses(part)]
    return [node]


class _Reader:
    """Descends through `$or:` of `$and:` of clauses and parentheses."""

    def __init__(self, text: str, allowed: Mapping[str, tuple[str, str]], bracket_escapes: bool) -> None:
        self.text, self.at, self.allowed = text, 0, allowed
        self.escaped = _ESCAPED + ("[]" if bracket_escapes else "")

    def any_of(self) -> Node:
        return self._joined("$or:", self.all_of, every=False)

    def all_of(self) -> Node:
        return self._joined("$and:", self._part, every=True)

    def _joined(self, word: str, inner: Callable[[], Node], every: bool) -> Node:
        parts = [inner()]
        while self._take(word):
            parts.append(inner())
        return parts[0] if len(parts) == 1 else Joined(every, tuple(parts))

    def _part(self) -> Node:
        if self._take("("):
            node = self.any_of()
            if not self._take(")"):
                raise FilterError("Missing closing parenthesis.")
            return node
        found = _CLAUSE.match(self.text, self.at)
        if not found:
            raise FilterError(f"Expected a property name and an operator at position {self.at}.")
        self.at = found.end()
        return self._clause(found[1], found[2])

    def _clause(self, asked: str, operator: str) -> Clause:
        if asked.lower() not in self.allowed:
            raise FilterError(f"Filtering is not allowed on property '{asked}'.")
        name, kind = self.allowed[asked.lower()]
        if operator in ("in", "nin"):
            return Clause(name, operator, tuple(_typed(name, kind, value) for value in self._values()))
        if operator == "like":
            return Clause(name, operator, _pattern(self._raw(), self.escaped))
        return Clause(name, operator, _typed(name, kind, self._value(self._raw())))

    def _values(self) -> list[str | None]:
        if not self._take("["):
            raise FilterError("A list of values must be enclosed in brackets.")
        values = [self._value(self._raw(ends=",]"))]
        while self._take(","):
            values.append(self._value(self._raw(ends=",]")))
        if not self._take("]"):
            raise FilterError("A list of values must be enclosed in brackets.")
        if len(values) > MOST_IN:
            raise FilterError(f"A list may hold at most {MOST_IN} values.")
        return values

    def _raw(self, ends: str = "") -> str:
        """The text up to where the value ends, its escapes still in it."""
        start = self.at
        while self.at < len(self.text):
            rest = self.text[self.at : self.at + 6]
            if rest[0] == "$" and len(rest) > 1 and rest[1] in self.escaped:
                self.at += 2
            elif rest.startswith(("$and:", "$or:")) or rest[0] == ")" or (ends and rest[0] in ends):
                break
            else:
                self.at += 1
        return self.text[start : self.at]

    def _value(self, raw: str) -> str | None:
        return None if raw == "$null:" else _unescaped(raw, self.escaped)

    def _take(self, word: str) -> bool:
        if not self.text.startswith(word, self.at):
            return False
        self.at += len(word)
        return True


def _unescaped(raw: str, escaped: str) -> str:
    return re.sub(r"\$([" + re.escape(escaped) + "])", r"\1", raw)


def _typed(name: str, kind: str, value: str | None) -> Any:
    if value is None:
        return None
    if kind == "number":
        try:
            return float(value)
        except ValueError:
            raise FilterError(f"Value '{value}' is not a number for property '{name}'.") from None
    if kind == "bool":
        if value.lower() not in ("true", "false"):
            raise FilterError(f"Value '{value}' is not a boolean for property '{name}'.")
        return value.lower() == "true"
    return _time(name, value) if kind == "time" else value.lower()


def _time(name: str, value: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?", value):
        raise FilterError(f"Value '{value}' is not a date for property '{name}'.")
    full = value.rstrip("Z").split(".")[0]
    return (full + "T00:00:00"[len(full) - 10 :] + "Z").lower()


def _pattern(raw: str, escaped: str) -> re.Pattern[str]:
    """A like-pattern: `*` stands for anything, brackets open a character class, no star means contains."""
    source, stars, at = "", False, 0
    while at < len(raw):
        if raw[at] == "$" and raw[at + 1 : at + 2] and raw[at + 1] in escaped:
            source, at = source + re.escape(raw[at + 1]), at + 2
        elif raw[at] == "*":
            source, stars, at = source.removesuffix(".*") + ".*", True, at + 1
        elif raw[at] == "[" and raw.find("]", at + 2) > 0:
            end = raw.find("]", at + 2)
            source, at = source + _character_class(raw[at + 1 : end]), end + 1
        else:
            source, at = source + re.escape(raw[at]), at + 1
    try:
        return re.compile(source if stars else f".*{source}.*", re.IGNORECASE | re.DOTALL)
    except re.error:
        raise FilterError("The pattern cannot be read.") from None


def _character_class(inside: str) -> str:
    negated = "^" if inside.startswith("^") and len(inside) > 1 else ""
    escaped = re.sub(r"([\\\[\]^])", r"\\\1", inside.removeprefix(negated))
    return f"[{negated}{escaped}]"


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda ours, asked: ours is not None and asked is not None and compare(ours, asked)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda ours, asked: bool(ours == asked),
    "ne": lambda ours, asked: bool(ours != asked),
    "gt": _ordered(lambda ours, asked: ours > asked),
    "gte": _ordered(lambda ours, asked: ours >= asked),
    "lt": _ordered(lambda ours, asked: ours < asked),
    "lte": _ordered(lambda ours, asked: ours <= asked),
    "in": lambda ours, asked: ours in asked,
    "nin": lambda ours, asked: ours not in asked,
    "like": lambda ours, asked: ours is not None and bool(asked.fullmatch(str(ours))),
}
