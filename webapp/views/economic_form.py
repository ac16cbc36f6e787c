"""The choices of e-conomic's dialog: default values for new customers, and their unit for each of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import gettext as _

from webapp.models.connection import DEFAULTS, Connection, Reference, UnitMapping
from webapp.sync import lists
from webapp.sync.fields import BY_NAME, UNIT_KINDS

UNIT, SEEN = "unit-", "seen-"


@dataclass(frozen=True)
class Choice:
    """One line of the dialog. `seen`: what was saved when the person opened it; `gone` names what was saved and is no
    longer in e-conomic."""

    name: str
    label: str
    options: Mapping[str, str]
    chosen: str
    required: bool
    seen: str = ""
    proposed: bool = False
    gone: str = ""
    fault: str = ""

    @property
    def shown(self) -> str:
        return self.options.get(self.chosen, "")


@dataclass(frozen=True)
class EconomicForm:
    defaults: tuple[Choice, ...]
    units: tuple[Choice, ...]

    @property
    def is_filled(self) -> bool:
        """e-conomic's lists have been read at least once."""
        return any(choice.options for choice in self.defaults)

    @property
    def faults(self) -> int:
        return sum(bool(choice.fault) for choice in (*self.defaults, *self.units))

    @property
    def proposals(self) -> int:
        return sum(choice.proposed for choice in (*self.defaults, *self.units))

    def save(self, connection: Connection) -> None:
        """Raises ValueError when a choice has left e-conomic's list in this very moment."""
        defaults = {choice.name: choice.chosen for choice in self.defaults}
        units = {choice.name.removeprefix(UNIT): choice.chosen for choice in self.units}
        lists.save_settings(connection, defaults, units)


def read(
    connection: Connection, given: Mapping[str, str] = MappingProxyType({}), *, check: bool = False
) -> EconomicForm:
    """The form as it is saved or proposed; `given` is what a browser has chosen meanwhile, judged with `check`. What
    the person left as it was seen is as it is saved by now: somebody else may have chosen otherwise."""
    proposed = lists.proposed_defaults(connection) | {
        UNIT + kind: key for kind, key in lists.proposed_units(connection).items()
    }
    saved = connection.defaults | {UNIT + kind: key for kind, key in UnitMapping.of(connection).items()}
    names = Reference.names(connection)

    def choice(name: str, kind: str, label: str, required: bool) -> Choice:
        options = {row.key: row.shown for row in Reference.of(connection, kind)}
        kept, usual = saved.get(name, ""), proposed.get(name, "")
        gone = names.get((kind, kept), kept) if kept and kept not in options else ""
        usual = usual if usual in options else ""
        seen = given.get(f"{SEEN}{name}", kept)
        chosen = given.get(name, "") if check else given.get(name) or usual
        if check and chosen == seen:
            chosen = kept
        return Choice(
            name,
            label,
            options,
            chosen,
            required,
            seen,
            proposed=bool(chosen) and not kept and chosen == usual,
            gone=gone if chosen not in options else "",
            fault=_fault(chosen, options, required) if check else "",
        )

    return EconomicForm(
        tuple(choice(name, BY_NAME[name].reference, _(BY_NAME[name].label), True) for name in DEFAULTS),
        tuple(choice(UNIT + kind, "unit", _(word), False) for kind, word in UNIT_KINDS.items()),
    )


def _fault(chosen: str, options: Mapping[str, str], required: bool) -> str:
    if chosen in options or not (chosen or required):
        return ""
    if not options:
        return str(_("Listen er ikke hentet fra e-conomic endnu. Prøv igen om lidt."))
    return str(_("Vælg en, der findes i e-conomic.") if chosen else _("Vælg en."))
