"""The sandbox is a second reading of the documentation: it shares nothing with the rest."""

import ast
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parents[2] / "webapp" / "sandbox").rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_imports_nothing_else_of_ours(file: Path) -> None:
    names = [name for node in ast.walk(ast.parse(file.read_text())) for name in _imported(node)]
    assert [name for name in names if name.startswith("webapp") and not name.startswith("webapp.sandbox")] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_reads_no_schema_file(file: Path) -> None:
    text = file.read_text()
    assert "economic-samples" not in text
    assert "openapi-" not in text


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
