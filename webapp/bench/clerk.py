"""How a clerk writes a party down: leaves out, abbreviates, misspells; two clerks have two sets of habits."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Protocol


class Person(Protocol):
    """What a clerk needs to know of a party."""

    @property
    def name(self) -> str: ...
    @property
    def street(self) -> str: ...
    @property
    def house(self) -> str: ...
    @property
    def town(self) -> tuple[str, str]: ...
    @property
    def cvr(self) -> str: ...
    @property
    def ean(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def owner(self) -> str: ...


@dataclass(frozen=True)
class Habits:
    """Which share of the values a clerk leaves out, and how often the hand slips."""

    without: dict[str, float]
    slips: float
    shortens: float


OURS = Habits({"cvr": 0.22, "ean": 0.15, "email": 0.25, "phone": 0.25, "address": 0.04, "postcode": 0.03}, 0.05, 0.25)
THEIRS = Habits({"cvr": 0.15, "ean": 0.10, "email": 0.40, "phone": 0.35, "address": 0.07, "postcode": 0.04}, 0.06, 0.15)

_FORMS = ("ApS", "A/S", "I/S", "IVS", "K/S", "P/S")
_FORM_SPELLINGS = {"ApS": ("APS", "Aps", "ApS.", "", ""), "A/S": ("AS", "a/s", "A.S.", "A/S.", ""),
                   "I/S": ("IS", "i/s", ""), "IVS": ("ivs", "ApS", ""), "K/S": ("KS", ""),
                   "P/S": ("PS", "")}  # fmt: skip
_SHORTER = (("Gammel ", "Gl. "), ("Nørre ", "Nr. "), ("Søndre ", "Sdr. "), ("Sankt ", "Skt. "), ("Store ", "St. "),
            ("Boulevard", "Boul."), ("Allé", "Alle"), ("Plads", "Pl."), ("Stræde", "Str."),
            ("Østre ", "Ø. "))  # fmt: skip
_KEYS = "qwertyuiopåasdfghjklæøzxcvbnm"


class Clerk:
    """Writes parties down as e-conomic's or our own fields, the way one office does."""

    def __init__(self, chance: Random, habits: Habits) -> None:
        self.chance, self.habits = chance, habits

    def write(self, party: Person) -> dict[str, str]:
        """The values of one customer; absent ones are left out."""
        postcode, city = party.town
        values = {
            "name": self._name(party),
            "cvr": self._number(party.cvr, ("", "DK", "DK-"), 0.012),
            "ean": self._number(party.ean, ("",), 0.005),
            "address": self._address(party),
            "postcode": self._slipped_digits(postcode, 0.012),
            "city": self._city(city),
            "email": self._mail(party.email),
            "phone": self._phone(party.phone),
        }
        kept = {name: value for name, value in values.items() if value and not self._leaves_out(name)}
        return kept | ({"country": self.chance.choice(("Danmark", "DK"))} if self._odds(0.4) else {})

    def _odds(self, share: float) -> bool:
        return self.chance.random() < share

    def _leaves_out(self, name: str) -> bool:
        return self._odds(self.habits.without.get(name, 0.0))

    def _name(self, party: Person) -> str:
        name = party.name
        for form in _FORMS:
            if name.endswith(f" {form}") and self._odds(0.35):
                name = f"{name.removesuffix(form)}{self.chance.choice(_FORM_SPELLINGS[form])}".strip()
        if "v/" in name and self._odds(0.45):
            trade = name.partition(" v/")[0]
            name = self.chance.choice((f"{trade} v. {party.owner}", f"{trade} v/ {party.owner}", party.owner,
                                       f"{trade} {party.owner}"))  # fmt: skip
        elif party.owner and name != party.owner and self._odds(0.10):
            name = party.owner
        if " & " in name and self._odds(0.4):
            name = name.replace(" & ", self.chance.choice((" og ", " + ", "&")))
        if self._odds(0.12):
            name = name.replace("-", " ").replace("foreningen", "forening")
        if self._odds(0.05):
            name = _without_letters(name)
        if self._odds(0.06):
            name = name.upper() if self._odds(0.7) else name.lower()
        return self._slipped(name, self.habits.slips)

    def _address(self, party: Person) -> str:
        street = party.street
        if self._odds(self.habits.shortens):
            for full, short in _SHORTER:
                street = street.replace(full, short)
            if self._odds(0.5) and len(street) > 7 and street.endswith(("gade", "vej")):
                street = street.removesuffix("ade").removesuffix("ej") + "."
        if self._odds(0.03):
            street = _without_letters(street)
        house = party.house
        if house[-1].isalpha() and self._odds(0.3):
            house = f"{house[:-1]} {house[-1].lower() if self._odds(0.5) else house[-1]}"
        floor = self.chance.choice((", st.", ", 1. tv", ", 2. th.", ", kld.", " st.tv")) if self._odds(0.12) else ""
        return f"{self._slipped(street, self.habits.slips)} {house}{floor}"

    def _city(self, city: str) -> str:
        if city.startswith("København") and self._odds(0.3):
            city = self.chance.choice(("Kbh. " + city.split()[-1], "København", "Copenhagen", city.upper()))
        elif self._odds(0.12):
            city = self.chance.choice((city.split()[0], city.upper(), _without_letters(city)))
        return city.replace("Aa", "Å") if self._odds(0.3) else city

    def _number(self, number: str, before: tuple[str, ...], slips: float) -> str:
        number = self._slipped_digits(number, slips)
        if number and self._odds(0.15):
            number = f"{self.chance.choice(before)}{number}"
        if len(number) == 8 and self._odds(0.1):
            number = f"{number[:2]} {number[2:4]} {number[4:6]} {number[6:]}"
        return number

    def _phone(self, phone: str) -> str:
        if not phone:
            return ""
        phone = self._slipped_digits(phone, 0.01)
        pairs = " ".join(phone[at : at + 2] for at in range(0, 8, 2))
        return self.chance.choice((phone, phone, pairs, f"+45 {phone}", f"+45{phone}", f"0045 {pairs}"))

    def _mail(self, mail: str) -> str:
        mail = self._slipped(mail, 0.01)
        return mail.capitalize() if self._odds(0.05) else mail

    def _slipped_digits(self, digits: str, share: float) -> str:
        if not digits or not self._odds(share):
            return digits
        at = self.chance.randrange(len(digits) - 1)
        if self._odds(0.5):
            return digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        return digits[:at] + self.chance.choice("0123456789") + digits[at + 1 :]

    def _slipped(self, text: str, share: float) -> str:
        """One slip of the hand, now and then two: a letter lost, doubled, swapped or hit beside."""
        while text and len(text) > 3 and self._odds(share):
            at, share = self.chance.randrange(1, len(text) - 1), share * 2
            letter = text[at]
            text = text[:at] + self.chance.choice((
                text[at + 1 :], letter + text[at:], text[at + 1] + letter + text[at + 2 :],
                self.chance.choice(_KEYS) + text[at + 1 :],
            ))  # fmt: skip
        return text


def _without_letters(text: str) -> str:
    """As an old till writes it: no letters beyond z."""
    for letter, plain in (("æ", "ae"), ("ø", "oe"), ("å", "aa"), ("Æ", "Ae"), ("Ø", "Oe"), ("Å", "Aa"), ("ü", "ue")):
        text = text.replace(letter, plain)
    return text
