"""The published samples and schemas, and what an answer breaks of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft3Validator, Draft202012Validator
from jsonschema.protocols import Validator

FOLDER = Path(__file__).parents[3] / "shared" / "reference" / "economic-samples"
needs_samples = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published samples are not beside the project")


def sample(name: str) -> Any:
    """One sample file."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def faults(schema: dict[str, Any], value: Any) -> list[str]:
    """What a value breaks of a draft-03 schema."""
    return _told(Draft3Validator(schema), value)


class OpenApi:
    """One OpenAPI 3.0 file."""

    def __init__(self, name: str) -> None:
        self.file = _without_nullable(sample(name))

    def faults(self, method: str, path: str, status: int, value: Any) -> list[str]:
        """What an answer breaks of what the file says about this call."""
        answers = self.file["paths"][path][method.lower()]["responses"]
        if str(status) not in answers:
            return [f"status {status} is not described"]
        content = answers[str(status)].get("content")
        if not content:
            return [] if value is None else ["a body where none is described"]
        schema = next(iter(content.values()))["schema"] | {"components": self.file["components"]}
        return _told(Draft202012Validator(schema), value)

    def schema(self, name: str) -> dict[str, Any]:
        """One named schema."""
        found: dict[str, Any] = self.file["components"]["schemas"][name]
        return found


def _without_nullable(part: Any) -> Any:
    """The same in JSON Schema's own words, which have no `nullable`: null is one more type."""
    if isinstance(part, list):
        return [_without_nullable(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    plain = {name: _without_nullable(inner) for name, inner in part.items()}
    return plain | {"type": [part["type"], "null"]} if part.get("nullable") is True and "type" in part else plain


def _told(validator: Validator, value: Any) -> list[str]:
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(value)]
