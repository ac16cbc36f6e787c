"""The published samples and schemas, and two small checkers made for what these files use of their languages."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "reference" / "economic-samples"
needs_samples = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published samples are not beside the project")

TYPES: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict,
                         "array": list}  # fmt: skip


def sample(name: str) -> Any:
    """One sample file."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def faults(schema: dict[str, Any], value: Any, place: str = "") -> Iterator[str]:
    """What a value breaks of a draft-03 schema."""
    kind = schema.get("type")
    if kind and not fits(kind, value):
        yield f"{place}: not {kind}"
        return
    if isinstance(value, str):
        yield from _text_faults(schema, value, place)
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{place}: out of range"
    if isinstance(value, dict):
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from faults(inner, value[name], f"{place}/{name}")
            elif inner.get("required") is True:
                yield f"{place}/{name}: missing"
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for number, item in enumerate(value):
            yield from faults(schema["items"], item, f"{place}/{number}")


def _text_faults(schema: dict[str, Any], value: str, place: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{place}: length {len(value)}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{place}: pattern"
    if schema.get("format") == "uri" and not value.startswith("http"):
        yield f"{place}: no address"


def fits(kind: str, value: Any) -> bool:
    """Is it of this JSON type?"""
    return isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


class OpenApi:
    """One OpenAPI file."""

    def __init__(self, name: str) -> None:
        self.file = sample(name)

    def faults(self, method: str, path: str, status: int, value: Any) -> list[str]:
        """What an answer breaks of what the file says about this call."""
        answers = self.file["paths"][path][method.lower()]["responses"]
        if str(status) not in answers:
            return [f"status {status} is not described"]
        content = answers[str(status)].get("content")
        if not content:
            return [] if value is None else ["a body where none is described"]
        return list(self._faults(next(iter(content.values()))["schema"], value, ""))

    def schema(self, name: str) -> dict[str, Any]:
        """One named schema."""
        found: dict[str, Any] = self.file["components"]["schemas"][name]
        return found

    def _faults(self, schema: dict[str, Any], value: Any, place: str) -> Iterator[str]:
        if "$ref" in schema:
            schema = self.schema(schema["$ref"].rpartition("/")[2])
        if value is None:
            if not schema.get("nullable"):
                yield f"{place}: null"
            return
        yield from (fault for fault in faults(schema | {"properties": {}, "items": None}, value, place))
        if isinstance(value, dict):
            yield from self._object_faults(schema, value, place)
        for number, item in enumerate(value if isinstance(value, list) else []):
            yield from self._faults(schema["items"], item, f"{place}/{number}")

    def _object_faults(self, schema: dict[str, Any], value: dict[str, Any], place: str) -> Iterator[str]:
        known = schema.get("properties", {})
        for name in value:
            if name in known:
                yield from self._faults(known[name], value[name], f"{place}/{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{place}/{name}: unknown"
        for name in schema.get("required", []):
            if name not in value:
                yield f"{place}/{name}: missing"
