"""What stands in the project's own files: no foreign paths or hosts, no names that say nothing, no file too long."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VENDORED = {"static/js/htmx.min.js", "static/css/bootstrap.min.css", "tests/browser/axe.min.js"}
# Written apart, so that this file does not hold what it forbids.
FORBIDDEN = [
    "/" + "work/",
    "/" + "root/",
    *(f"{name}.{end}" for name, end in [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com")]),
    *(
        f"{name}.{end}"
        for name, end in [("debian", "org"), ("unpkg", "com"), ("jsdelivr", "net"), ("cloudflare", "com")]
    ),
    "contract" + ".md",
    "sub" + "agent",
]
FORBIDDEN_PATTERN = re.compile("|".join([*map(re.escape, FORBIDDEN), r"\bissue #?\d"]), re.IGNORECASE)
SAYS_NOTHING = {"util", "utils", "helper", "helpers", "manager", "managers", "data", "info", "misc", "common"}


def own_files() -> list[Path]:
    """Every file that is, or could be, committed; without git, all but what tools leave behind."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        return [ROOT / name for name in answer.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [path for top in ("webapp", "templates", "static", "tests", "docs") for path in (ROOT / top).rglob("*.*")]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def python_files() -> list[Path]:
    return [path for path in own_files() if path.suffix == ".py"]


def text_of(path: Path) -> str:
    """The text, or nothing when the file is a picture or somebody else's."""
    try:
        return "" if named(path) in VENDORED else path.read_text()
    except UnicodeDecodeError:
        return ""


def forbidden_in(text: str) -> list[str]:
    return FORBIDDEN_PATTERN.findall(text)


def empty_names(module: str, source: str) -> list[str]:
    """The module's and its classes' names that are made of words which say nothing."""
    classes = [node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
    words = {name: re.findall(r"[A-Z]?[a-z]+", name) for name in [module, *classes]}
    return [name for name, parts in words.items() if {part.lower() for part in parts} & SAYS_NOTHING]


def test_no_file_names_this_machine_a_registry_or_how_the_work_is_organised() -> None:
    assert {named(path): found for path in own_files() if (found := forbidden_in(text_of(path)))} == {}


@pytest.mark.parametrize("text", FORBIDDEN)
def test_a_forbidden_text_is_caught(text: str) -> None:
    assert forbidden_in(f"see https://{text} there") == [text]


def test_the_requirements_hold_no_address() -> None:
    assert [name for name in ("requirements.txt", "requirements-dev.txt") if "://" in (ROOT / name).read_text()] == []


def test_every_requirement_is_pinned_by_its_hash() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        blocks = re.split(r"\n(?=\S)", re.sub(r" *#.*", "", (ROOT / name).read_text()).strip())
        assert [block for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []


def test_no_module_or_class_has_a_name_that_says_nothing() -> None:
    assert [
        f"{named(path)}: {name}" for path in python_files() for name in empty_names(path.stem, path.read_text())
    ] == []


def test_a_name_that_says_nothing_is_caught() -> None:
    assert empty_names("sync_utils", "class DataManager: ...\nclass Customer: ...") == ["sync_utils", "DataManager"]


def test_every_module_says_in_its_first_line_what_it_is() -> None:
    assert [named(path) for path in python_files() if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_no_module_is_longer_than_300_lines() -> None:
    sources = [path for path in python_files() if path.is_relative_to(ROOT / "webapp")]
    assert {named(path): lines for path in sources if (lines := len(path.read_text().splitlines())) > 300} == {}


def test_our_own_script_stays_under_150_lines() -> None:
    scripts = [path for path in own_files() if path.suffix == ".js" and named(path) not in VENDORED]
    assert sum(len(path.read_text().splitlines()) for path in scripts) < 150
