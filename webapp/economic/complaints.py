"""Finds the complaints about single properties in each form that e-conomic's error bodies take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from webapp.economic.answer import storable

_MOST = 100
_DEEPEST = 20
_NAMED = re.compile(r"(?:[Pp]roperty|[Pp]ath|[Ff]ield) '([\w.\[\]]+)'")


@dataclass(frozen=True)
class FieldFault:
    """One complaint about one property: theirs (their code), or ours before the call (`missing`, `too_long` …)."""

    property: str
    message: str
    code: str | None = None
    value: object = None


def complaints_in(said: object) -> tuple[FieldFault, ...]:
    """From an object that mirrors the request, a list of objects or strings, the form of 2015, or problem+json."""
    if not isinstance(said, Mapping):
        return ()
    found = _walk(said.get("errors"), "", 0)
    faults = tuple(fault for _, fault in zip(range(_MOST), found, strict=False))
    if not faults and isinstance(said.get("property"), str):
        return (_fault(said, ""),)
    return faults


def _walk(node: object, path: str, depth: int) -> Iterator[FieldFault]:
    if depth > _DEEPEST:
        return
    if isinstance(node, str):
        yield _sentence(node, path)
    elif isinstance(node, list):
        for entry in node:
            yield from _walk(entry, path, depth + 1)
    elif isinstance(node, Mapping):
        if _is_complaint(node):
            yield _fault(node, path)
            return
        for key, value in node.items():
            yield from _walk(value, _join(path, key, node), depth + 1)


def _is_complaint(node: Mapping[str, object]) -> bool:
    return any(isinstance(node.get(key), str) for key in ("errorMessage", "message", "errorCode"))


def _join(path: str, key: str, node: Mapping[str, object]) -> str:
    """The property's path: `errors` and `items` are wrappers, and an array index belongs to the list above."""
    if key == "arrayIndex" or key == "errors":
        return path
    index = node.get("arrayIndex")
    here = f"{path}[{index}]" if isinstance(index, int) and path else path
    if key == "items":
        return here
    return f"{here}.{key}" if here else key


def _fault(node: Mapping[str, object], path: str) -> FieldFault:
    named = node.get("propertyName") or node.get("property")
    message = node.get("errorMessage") or node.get("message") or ""
    code = node.get("errorCode")
    return FieldFault(
        property=storable(path or (named if isinstance(named, str) else "")),
        message=storable(str(message)[:500]),
        code=storable(code) if isinstance(code, str) else None,
        value=node.get("inputValue", node.get("value")),
    )


def _sentence(text: str, path: str) -> FieldFault:
    match = _NAMED.search(text)
    return FieldFault(property=match[1] if match else storable(path), message=storable(text[:500]))
