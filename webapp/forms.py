"""Forms: signing in, the password, and the customer's fields, with our own words for what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from webapp import ports
from webapp.models.company import Company
from webapp.models.connection import Connection, Reference, hashed
from webapp.models.customer import Customer
from webapp.models.default_rule import DefaultRule
from webapp.sync import judging
from webapp.sync.fields import BY_NAME, NAMES, REFERENCES
from webapp.sync.normalise import same, settle

csrf = CSRFProtect()
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200


class LoginForm(FlaskForm):
    email = StringField(
        _l("E-mail"), [InputRequired(_l("Skriv din e-mail.")), Length(max=255, message=_l("For lang."))]
    )
    password = PasswordField(
        _l("Adgangskode"),
        [
            InputRequired(_l("Skriv din adgangskode.")),
            Length(max=LONGEST_PASSWORD, message=_l("Adgangskoden er for lang.")),
        ],
    )


class PasswordForm(FlaskForm):
    current = PasswordField(_l("Nuværende adgangskode"), [InputRequired(_l("Skriv den adgangskode, du har nu."))])
    new = PasswordField(
        _l("Ny adgangskode"),
        [
            InputRequired(_l("Skriv en ny adgangskode.")),
            Length(SHORTEST_PASSWORD, LONGEST_PASSWORD, _l("Den nye adgangskode skal have mindst 10 tegn.")),
        ],
    )
    again = PasswordField(
        _l("Ny adgangskode igen"),
        [
            InputRequired(_l("Skriv den nye adgangskode igen.")),
            EqualTo("new", _l("De to nye adgangskoder er ikke ens.")),
        ],
    )


Choices = judging.Choices
FAULTS = {
    "required": _l("Feltet skal udfyldes."),
    "long": _l("Højst %(limit)s tegn. Der står %(count)s."),
    "unseen": _l("Der er et usynligt tegn i teksten, som ikke kan gemmes. Skriv den igen."),
    "choice": _l("Vælg fra listen."),
    "currency": _l("Skriv valutaens tre store bogstaver, fx DKK."),
    "reference": _l("Skriv nummeret fra e-conomic."),
}
DOUBTS = {
    "cvr": _l("Ligner ikke et dansk CVR-nr. Det gemmes, som det står."),
    "ean": _l("Kontrolcifret passer ikke til et EAN-nr. på 13 cifre. Det gemmes, som det står."),
    "email": _l("Ligner ikke en e-mailadresse. Den gemmes, som den står."),
}


def fault(name: str, value: str, choices: Choices | None = None) -> str:
    """Why this value cannot be saved, as a sentence; '' when it can."""
    code = judging.fault(name, value, choices)
    return str(FAULTS[code]) % {"limit": BY_NAME[name].limit, "count": len(value)} if code else ""


def doubt(name: str, value: str) -> str:
    """What looks wrong with a value that is saved all the same; '' when nothing does."""
    code = judging.doubt(name, value)
    return str(DOUBTS[code]) if code else ""


def read_number(text: str) -> int | None:
    """The customer number that was typed; None when it is none."""
    return judging.number(text)


def moved_to(now: str) -> str:
    return str(_("Nogen har rettet feltet imens. Nu står der: ”%(now)s”.", now=now))


def taken(number: int | str, holder: str) -> str:
    return str(_("Nummer %(number)s bruges allerede af %(name)s.", number=number, name=holder))


def choices_of(connection: Connection | None) -> Choices:
    """Field -> key -> name from e-conomic's lists; empty when there is no connection."""
    lists: dict[str, dict[str, str]] = {}
    if connection is not None:
        query = Reference.select().where(Reference.connection == connection, Reference.gone_at.is_null())
        for row in query.order_by(Reference.id):
            lists.setdefault(row.kind, {})[row.key] = row.shown
    return {name: lists.get(BY_NAME[name].reference, {}) for name in REFERENCES}


def _known_beforehand(connection: Connection | None) -> dict[str, str]:
    """The defaults of a new customer, without the fields for which a rule decides when all is known."""
    ruled = {name for rule in DefaultRule.rules(connection) for name in rule.sets or ()} if connection else set()
    return {name: value for name, value in connection.defaults.items() if name not in ruled} if connection else {}


@dataclass
class CustomerForm:
    """What a customer's form shows: `shown` is what the person saw, `typed` what they wrote (sync rules §10)."""

    shown: dict[str, str]
    typed: dict[str, str]
    choices: Choices
    number: str = ""
    shown_number: int | None = None
    key: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    moved: dict[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def blank(cls, connection: Connection | None) -> CustomerForm:
        empty = dict.fromkeys(NAMES, "")
        return cls(empty, empty | _known_beforehand(connection), choices_of(connection), key=ports.key())

    @classmethod
    def of(cls, customer: Customer, connection: Connection | None) -> CustomerForm:
        values = customer.values
        return cls(values, dict(values), choices_of(connection), str(customer.number), customer.number)

    @classmethod
    def sent(cls, given: Mapping[str, str], company: Company, customer: Customer | None = None) -> CustomerForm:
        """Read what a browser sent; a field that is missing counts as not changed."""
        connection = Connection.open_of(company)
        now = customer.values if customer else dict.fromkeys(NAMES, "")
        shown = {name: settle(given.get(f"shown-{name}", now[name])) for name in NAMES}
        typed = {name: settle(given.get(name, shown[name])) for name in NAMES}
        seen = (read_number(given.get("shown-number", "")) or customer.number) if customer else None
        number = given.get("number", str(seen or "")).strip()
        form = cls(shown, typed, choices_of(connection), number, seen, given.get("form-key", ""))
        form._check()
        if customer and form.new_number and customer.number not in (seen, form.new_number):
            form.refuse_moved_number(customer.number)
            return form
        if form.new_number and (holder := Customer.with_number(company, form.new_number)):
            form.refuse_number(holder.name)
        return form

    def refuse_number(self, holder: str) -> None:
        """Somebody else has the number."""
        self.faults["number"] = taken(self.number, holder)

    def refuse_moved_number(self, now: int) -> None:
        """Somebody has given the customer another number than was shown."""
        self.shown_number, self.faults["number"] = now, moved_to(str(now))

    @property
    def changed(self) -> dict[str, str]:
        return {name: value for name, value in self.typed.items() if not same(value, self.shown[name])}

    @property
    def new_number(self) -> int | None:
        """The number to give; None means the next free one, or to keep the one there is."""
        number = read_number(self.number)
        return None if number == self.shown_number else number

    @property
    def hash(self) -> str | None:
        """The same for the same form with the same in it; None when the form does not say which one it is."""
        said = repr((self.key, self.number, sorted(self.typed.items())))
        return hashed(said) if self.key else None

    def doubts(self) -> dict[str, str]:
        return {name: text for name in NAMES if (text := doubt(name, self.typed[name]))}

    def options(self, name: str) -> dict[str, str]:
        """What can be chosen: e-conomic's list, and the present value even if the list no longer has it."""
        listed = dict(self.choices.get(name, {}))
        present = self.typed[name]
        return listed if not listed or not present or present in listed else listed | {present: present}

    def meet(self, now: Mapping[str, str], moved: Mapping[str, tuple[str, str, str]]) -> None:
        """Somebody else changed fields meanwhile: show their values as seen, and keep what this person typed."""
        if "number" in moved:
            self.refuse_moved_number(int(moved["number"][1]))
        moved = {name: told for name, told in moved.items() if name in NAMES}
        self.moved = {name: (shown, current) for name, (shown, current, _typed) in moved.items()}
        untouched = {name: now[name] for name in NAMES if name not in self.changed}
        self.shown.update(untouched | {name: current for name, (_shown, current) in self.moved.items()})
        self.typed.update(untouched)

    def _check(self) -> None:
        """Only what the person changed is judged, so that old dirt elsewhere stops nothing."""
        is_new = self.shown_number is None
        judged = set(self.changed) | ({"name"} if is_new else set())
        self.faults = {name: text for name in judged if (text := fault(name, self.typed[name], self.choices))}
        if not (is_new and not self.number) and read_number(self.number) is None:
            self.faults["number"] = str(_("Skriv et helt tal fra 1 til 999999999."))
