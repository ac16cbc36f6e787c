"""The README says what is so: its settings are the code's, and what it links to exists."""

import re
from pathlib import Path

from webapp.config import SETTINGS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_table_of_settings_is_the_codes_own() -> None:
    told = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\| (.+) \|$", README, re.M)
    assert told == [(setting.name, setting.default, setting.meaning) for setting in SETTINGS]


def test_everything_it_links_to_exists() -> None:
    linked = re.findall(r"\]\(((?!https?:)[^)#]+)\)", README)
    assert linked and [path for path in linked if not (ROOT / path).exists()] == []


def test_the_folders_it_maps_exist() -> None:
    named = re.findall(r"`((?:webapp|templates|static|tests)/[\w/.]*)`", README)
    assert len(named) > 8 and [path for path in named if not (ROOT / path).exists()] == []


def test_it_is_one_screen_of_prose() -> None:
    prose = [line for line in README.splitlines() if not line.startswith("|")]
    assert len(prose) < 60
