"""The durable boundaries at which a process may die: read from the code, so that a new one cannot be forgotten."""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
ENGINE = ("sync", "models", "notices", "worker.py")
_PLUMBING = ("webapp.db", "webapp.ports", "webapp.simulation", "webapp.cli")


@functools.cache
def declared() -> tuple[str, ...]:
    """Every named failpoint, and before and after the commit of every function that opens a transaction."""
    return tuple(sorted({name for file in _files() for name in _in_file(file)}))


def met(name: str) -> str:
    """A failpoint's own name; for a commit also whose: the function that opened it, or the simulation."""
    if not name.startswith("commit."):
        return name
    frame = sys._getframe(1)
    while frame.f_back is not None:
        frame = frame.f_back
        module = frame.f_globals.get("__name__", "")
        if module.startswith("webapp.") and not module.startswith(_PLUMBING):
            return f"{_module(module)}.{frame.f_code.co_name} {name.removeprefix('commit.')} commit"
    return f"simulation's own {name}"


def _files() -> Iterator[Path]:
    for name in ENGINE:
        path = PACKAGE / name
        yield from sorted(path.glob("*.py")) if path.is_dir() else (path,)


def _in_file(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) == "failpoint":
            yield from (str(word.value) for word in node.args if isinstance(word, ast.Constant))
        if isinstance(node, ast.FunctionDef) and any(_opens(inner) for inner in _own(node)):
            yield from (f"{file.stem}.{node.name} {moment} commit" for moment in ("before", "after"))


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function itself; another that is made in it has a name of its own."""
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, ast.FunctionDef):
            yield node
            yield from _own(node)


def _opens(node: ast.AST) -> bool:
    return isinstance(node, ast.With) and any(
        isinstance(item.context_expr, ast.Call) and ast.unparse(item.context_expr) == "db.write()"
        for item in node.items
    )


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _module(name: str) -> str:
    return name.rpartition(".")[2]
