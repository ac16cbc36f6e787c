"""How the rules for new customers are told."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp import filters
from webapp.sync import countries
from webapp.sync.defaulting import COMPANY, IN_EU, OUTSIDE_EU, PRIVATE, WITH, WITHOUT, Rule

TITLES = {"country": _l("Land"), "ean": _l("EAN-nr."), "party": _l("Kundetype")}
CONDITIONS = {
    ("country", ""): _l("Alle lande"),
    ("country", countries.HOME): _l("Danmark"),
    ("country", IN_EU): _l("EU uden Danmark"),
    ("country", OUTSIDE_EU): _l("Uden for EU"),
    ("ean", ""): _l("Med eller uden EAN-nr."),
    ("ean", WITH): _l("Med EAN-nr."),
    ("ean", WITHOUT): _l("Uden EAN-nr."),
    ("party", ""): _l("Alle kunder"),
    ("party", COMPANY): _l("Virksomheder"),
    ("party", PRIVATE): _l("Private"),
}


def condition(name: str, value: str) -> str:
    known = CONDITIONS.get((name, value))
    return str(known) if known else countries.name_of(value, get_locale().language)


def when(rule: Rule) -> str:
    """When a rule holds, as one line."""
    asked = [condition(name, getattr(rule, name)) for name in ("country", "ean", "party") if getattr(rule, name)]
    return " · ".join(asked) or str(_("Alle nye kunder"))


def then(rule: Rule, choices: Mapping[str, Mapping[str, str]]) -> str:
    """What a rule sets, with the names of e-conomic's lists."""
    sets = (rule.sets or {}).items()
    return ", ".join(f"{filters.label(name)}: {choices.get(name, {}).get(value, value)}" for name, value in sets)
