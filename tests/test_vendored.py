"""The files we carry from others are exactly the released ones, each with its licence beside it."""

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# htmx.org 4.0.1, bootstrap 5.3.9 (less its pointer to a source map) and axe-core 4.14.1
RELEASED = {
    "static/js/htmx.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    "static/css/bootstrap.min.css": "06395d93f5adbc0593ed84544eb043fa32ab8619c6b7195e803e119f5b9f3672",
    "tests/browser/axe.min.js": "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
}
LICENCES = {
    "static/js/htmx-LICENSE": "Zero-Clause BSD",
    "static/css/bootstrap-LICENSE": "The MIT License",
    "static/icons-LICENSE": "The MIT License",
    "tests/browser/axe-LICENSE": "Mozilla Public License",
}


@pytest.mark.parametrize("path", RELEASED)
def test_a_vendored_file_is_the_released_one(path: str) -> None:
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == RELEASED[path]


@pytest.mark.parametrize("path", LICENCES)
def test_a_vendored_file_has_its_licence_beside_it(path: str) -> None:
    assert LICENCES[path] in (ROOT / path).read_text()
