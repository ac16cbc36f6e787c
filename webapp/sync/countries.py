"""Countries by any spelling that people use: many languages' names and the two letters. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from babel import Locale

from webapp.sync.normalise import fold, sort_key

LANGUAGES = ("da", "en", "de", "sv", "nb", "fi", "pl", "nl", "fr", "es", "it")
EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)
HOME = "DK"
# What CLDR names with two letters beside countries: unions, seas, islands of others, and names made for testing.
NO_COUNTRIES = frozenset("AC AN CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())  # noqa: SIM905


@cache
def spellings() -> Mapping[str, str]:
    """Every known spelling, folded -> the country's two letters."""
    spelled = {
        fold(name): code
        for language in LANGUAGES
        for code, name in Locale.parse(language).territories.items()
        if len(code) == 2
    }
    return spelled | {code.casefold(): code for code in set(spelled.values())}


@lru_cache(1000)
def code_of(country: str) -> str:
    """The two letters; no country means Denmark, as in both registers; '' where the spelling is unknown."""
    return spellings().get(fold(country), "") if country else HOME


def listed(language: str) -> list[tuple[str, str]]:
    """Every country's two letters and name, by name as Danes sort; nothing that is no country."""
    codes = set(spellings().values()) - NO_COUNTRIES
    return sorted(((code, name_of(code, language)) for code in codes), key=lambda land: sort_key(land[1]))


def name_of(code: str, language: str) -> str:
    """The country's name in that language, or the letters themselves."""
    return str(Locale.parse(language).territories.get(code, code))
