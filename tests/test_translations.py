"""Every Danish text has its English, and what is compiled is what is written."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
ENGLISH = ROOT / "webapp/translations/en_GB/LC_MESSAGES"
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "N_": None}
METHODS = {"webapp": [("**.py", "python")], "templates": [("**.html", "jinja2")]}
PLACE = re.compile(r"%\((\w+)\)")


def texts() -> set[object]:
    """All texts of the code and the templates; one with a plural is a pair."""
    found: set[object] = set()
    for folder, methods in METHODS.items():
        options = {"**.html": {"silent": "false"}}
        for _file, _line, text, _notes, _context in extract_from_dir(
            ROOT / folder, methods, options, keywords=KEYWORDS
        ):
            found.add(text)
    return found


@pytest.fixture(scope="module")
def english() -> Catalog:
    return read_po((ENGLISH / "messages.po").read_text().splitlines(), locale="en_GB")


def lines(catalog: Catalog) -> dict[object, object]:
    return {_pair(message.id): _pair(message.string) for message in catalog if message.id}


def _pair(text: object) -> object:
    return tuple(text) if isinstance(text, list) else text


def test_every_text_has_its_english(english: Catalog) -> None:
    known = {text for text, translated in lines(english).items() if translated and all(translated)}
    assert texts() - known == set(), "make translations, then fill in webapp/translations/en_GB"


def test_the_catalogue_holds_nothing_that_is_not_said(english: Catalog) -> None:
    assert lines(english).keys() - texts() == set(), "make translations"


def test_the_compiled_catalogue_is_the_written_one(english: Catalog) -> None:
    compiled = read_mo(BytesIO((ENGLISH / "messages.mo").read_bytes()))
    assert lines(compiled) == {text: said for text, said in lines(english).items() if said and all(said)}


def test_every_translation_keeps_the_places_for_values(english: Catalog) -> None:
    wrong = [text for text, said in lines(english).items() if places(text) != places(said)]
    assert wrong == []


def places(text: object) -> set[str]:
    return set(PLACE.findall(" ".join(text) if isinstance(text, tuple) else str(text)))
