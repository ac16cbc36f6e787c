"""Which values a new customer there gets where ours says nothing: rules in their order, then the defaults. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from webapp.sync.countries import EU, HOME, code_of
from webapp.sync.fields import REFERENCES

# Conditions on the country besides two letters: Denmark is not among the others of the union.
IN_EU, OUTSIDE_EU = "EU", "abroad"
WITH, WITHOUT = "with", "without"
COMPANY, PRIVATE = "company", "private"


@dataclass(frozen=True)
class Rule:
    """When it holds ('' asks nothing), and what it sets: field -> key, only what it has a say in."""

    id: int
    country: str = ""
    ean: str = ""
    party: str = ""
    sets: Mapping[str, str] | None = None

    def holds(self, values: Mapping[str, str]) -> bool:
        """For a customer with these values of ours."""
        return (
            _country_fits(self.country, values.get("country", ""))
            and (not self.ean or (self.ean == WITH) == bool(values.get("ean")))
            and (not self.party or (self.party == COMPANY) == is_company(values))
        )


@dataclass(frozen=True)
class Chosen:
    """A value, and the rule that picked it; None: the customer's own, or the default."""

    value: str
    rule: Rule | None = None
    own: bool = False


def is_company(values: Mapping[str, str]) -> bool:
    """A customer with a CVR or EAN number is a company or an authority; without either it is a private person."""
    return bool(values.get("cvr") or values.get("ean"))


def _country_fits(wanted: str, country: str) -> bool:
    if not wanted:
        return True
    code = code_of(country)
    if wanted == IN_EU:
        return code in EU and code != HOME
    if wanted == OUTSIDE_EU:
        return bool(code) and code not in EU
    return code == wanted


def chosen(values: Mapping[str, str], rules: Sequence[Rule], defaults: Mapping[str, str]) -> dict[str, Chosen]:
    """For each field that points into e-conomic's lists: our own value, else the first rule with a say, else the
    default."""
    holding = [rule for rule in rules if rule.holds(values)]
    return {name: _chosen(name, values.get(name, ""), holding, defaults.get(name, "")) for name in REFERENCES}


def _chosen(name: str, own: str, holding: Sequence[Rule], default: str) -> Chosen:
    if own:
        return Chosen(own, own=True)
    for rule in holding:
        if value := (rule.sets or {}).get(name, ""):
            return Chosen(value, rule)
    return Chosen(default)


def filled(values: Mapping[str, str], rules: Sequence[Rule], defaults: Mapping[str, str]) -> dict[str, str]:
    """The values with every gap filled that a rule or a default fills."""
    return dict(values) | {name: choice.value for name, choice in chosen(values, rules, defaults).items()}
