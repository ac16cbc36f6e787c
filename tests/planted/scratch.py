"""A copy of the program in a temporary folder, with one bug planted in it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.planted.bugs import ROOT, Bug


class NotPlanted(Exception):
    """The patch does not fit, or another program than the copy would be run."""


@contextmanager
def planted(bug: Bug | None) -> Iterator[Path]:
    """The copy's folder; None plants nothing."""
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        copy = Path(folder).resolve()
        shutil.copytree(ROOT / "webapp", copy / "webapp", ignore=shutil.ignore_patterns("__pycache__"))
        if bug is not None:
            _apply(copy, bug)
        said = subprocess.run(
            [sys.executable, "-c", "import webapp.cli; print(webapp.__file__)"],
            cwd=copy, env=environment(copy), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if said.returncode != 0 or Path(said.stdout.strip()).parent != copy / "webapp":
            raise NotPlanted(f"{said.stdout}{said.stderr}"[-300:])
        yield copy


def _apply(copy: Path, bug: Bug) -> None:
    applied = subprocess.run(
        ["git", "apply", str(bug.path)], cwd=copy, env=environment(copy), capture_output=True, text=True, check=False
    )
    if applied.returncode != 0:
        raise NotPlanted(applied.stderr.strip()[-300:])


def environment(copy: Path) -> dict[str, str]:
    """The copy goes before the installed program; git takes no repository above it for its own."""
    return os.environ | {
        "PYTHONPATH": str(copy), "PYTHONUNBUFFERED": "1", "GIT_CEILING_DIRECTORIES": str(copy.parent), "COLUMNS": "200",
    }  # fmt: skip
