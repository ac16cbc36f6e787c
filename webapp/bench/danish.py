"""A labelled pair of Danish registers, made by seed: who is who is known because the same party was written twice.

Shares nothing with the matcher: what a clerk does to a name, an address or a number is written here anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from webapp.bench import words
from webapp.bench.clerk import OURS, THEIRS, Clerk

Row = tuple[str, dict[str, str]]


@dataclass(frozen=True)
class Labelled:
    """Two registers and the pairs that are truly one party; `kinds` says for each pair what became of it."""

    ours: list[Row]
    theirs: list[Row]
    truth: frozenset[tuple[str, str]]
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Real:
    """A party as it is in the world, before anybody wrote it down."""

    name: str
    kind: str
    street: str
    house: str
    town: tuple[str, str]
    cvr: str = ""
    ean: str = ""
    phone: str = ""
    email: str = ""
    owner: str = ""


def labelled(seed: int, size: int = 5000) -> Labelled:
    """Two registers of about `size` customers each; seven in ten are in both."""
    return _Town(Random(seed)).registers(size)


class _Town:
    """Makes up parties, lets some move or change their name, and has two clerks write them down."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.used: set[str] = set()

    def registers(self, size: int) -> Labelled:
        parties: list[Real] = []
        while len(parties) < size * 1.17:
            parties += self._next()
        ours, theirs, truth, kinds = [], [], set(), {}
        clerks = Clerk(self.chance, OURS), Clerk(self.chance, THEIRS)
        for place, party in enumerate(parties):
            side = self.chance.random()
            mine, yours = f"c{place}", f"e{place}"
            later, change = self._later(party)
            if side < 0.85:
                ours.append((mine, clerks[0].write(party)))
            if side > 0.15:
                theirs.append((yours, clerks[1].write(later)))
            if 0.15 < side < 0.85:
                truth.add((mine, yours))
                kinds[mine, yours] = change or party.kind
                if self.chance.random() < 0.01:
                    ours.append((f"{mine}b", clerks[0].write(party)))
                    truth.add((f"{mine}b", yours))
                    kinds[f"{mine}b", yours] = "doubled"
        for place in range(size // 100):
            ours.append((f"cx{place}", {"name": self.chance.choice(words.NO_NAME)}))
            theirs.append((f"ex{place}", {"name": self.chance.choice(words.NO_NAME)}))
        self.chance.shuffle(ours)
        self.chance.shuffle(theirs)
        return Labelled(ours, theirs, frozenset(truth), kinds)

    def _next(self) -> list[Real]:
        kind = self.chance.random()
        if kind < 0.50:
            return self._company()
        if kind < 0.68:
            return [self._sole_trader()]
        if kind < 0.86:
            return self._private()
        if kind < 0.90:
            return self._institutions()
        if kind < 0.95:
            return self._chain()
        return self._homeowners()

    def _company(self) -> list[Real]:
        """A limited company; now and then with a holding at the same desk, or a namesake in another town."""
        pick = self.chance.choice
        stem = pick(
            (
                f"{pick(words.COINED)} {pick(words.TRADES)}",
                f"{pick(words.COINED)} {pick(words.LATER)}",
                f"{pick(words.LAST)} & {pick(words.LAST)}",
                f"{pick(words.LAST)}s {pick(words.TRADES)}",
                f"{self._town()[1].split()[0]} {pick(words.TRADES)}",
                f"{pick(words.LAST)} & Søn {pick(words.TRADES)}",
                f"{pick(words.COINED)}{pick(words.LATER).lower()}",
                f"{pick(words.TRADES)} {pick(words.COINED)}",
            )
        )
        form = pick(words.FORMS)
        firm = self._settled(Real(f"{stem} {form}".strip(), "company", *self._address(), cvr=self._cvr()), stem)
        made = [firm]
        if self.chance.random() < 0.06:
            made.append(replace(firm, name=f"{stem} Holding {form}".strip(), kind="holding", cvr=self._cvr()))
        if self.chance.random() < 0.06:
            namesake = replace(firm, kind="namesake", cvr=self._cvr())
            street, house, town = self._address()
            made.append(self._settled(replace(namesake, street=street, house=house, town=town), stem + town[1]))
        return made

    def _sole_trader(self) -> Real:
        owner, trade = f"{self.chance.choice(words.FIRST)} {self.chance.choice(words.LAST)}", self._trade()
        name = self.chance.choice([f"{trade} v/{owner}", f"{owner} {trade}", f"{trade} {owner}", owner])
        trader = Real(name, "sole trader", *self._address(), cvr=self._cvr(), owner=owner)
        return self._settled(trader, owner if self.chance.random() < 0.5 else f"{trade} {owner}")

    def _private(self) -> list[Real]:
        """A private customer; sometimes two of one household."""
        family = self.chance.choice(words.LAST)
        first = self._settled(
            Real(f"{self.chance.choice(words.FIRST)} {family}", "private", *self._address()), "", free=True
        )
        if self.chance.random() > 0.10:
            return [first]
        other = f"{self.chance.choice(words.FIRST)} {family}"
        return [first] if other == first.name else [first, replace(first, name=other, kind="household", email="")]

    def _institutions(self) -> list[Real]:
        """Institutions of one municipality: one CVR and often one address for bills, an EAN each."""
        owner, cvr = f"{self.chance.choice(words.MUNICIPALITIES)} Kommune", self._cvr()
        bills, made = f"faktura@{_ascii(owner.split()[0])}.dk", []
        for _ in range(self.chance.randint(2, 6)):
            title = self.chance.choice(words.SITES).format(self.chance.choice(words.COINED)).strip()
            site = Real(title, "institution", *self._address(), cvr=cvr, ean=self._ean(), phone=self._phone())
            made.append(replace(site, email=bills if self.chance.random() < 0.5 else ""))
        return made

    def _chain(self) -> list[Real]:
        """Shops of one firm: one CVR, one name, mostly with the town behind it, often one mail address."""
        title, cvr = f"{self.chance.choice(words.CHAINS)} {self.chance.choice(words.COINED)}", self._cvr()
        form, told, phone = self.chance.choice(("A/S", "ApS")), self.chance.random() < 0.6, self._phone()
        made = []
        for _ in range(self.chance.randint(2, 5)):
            street, house, town = self._address()
            name = f"{title} {town[1]}" if told else f"{title} {form}"
            own = phone if self.chance.random() < 0.3 else self._phone()
            mail = f"bogholderi@{_ascii(title)}.dk"
            made.append(Real(name, "chain", street, house, town, cvr=cvr, phone=own, email=mail))
        return made

    def _homeowners(self) -> list[Real]:
        """Associations that differ by a number or a letter, run by one administrator."""
        title, mail = self.chance.choice(words.STREETS), f"post@{_ascii(self.chance.choice(words.COINED))}adm.dk"
        short, made = self.chance.choice(("Ejerforeningen", "Andelsboligforeningen", "Grundejerforeningen")), []
        town, phone = self._town(), self._phone()
        for number in range(1, self.chance.randint(1, 4) + 1):
            house = str(self.chance.randint(1, 120))
            made.append(
                Real(f"{short} {title} {number}", "association", title, house, town, self._cvr(), "", phone, mail)
            )
        return made

    def _settled(self, party: Real, stem: str, free: bool = False) -> Real:
        """The party with a phone and a mail address of its own."""
        if free or not stem or self.chance.random() < 0.15:
            local = _ascii(party.owner or party.name) + str(self.chance.choice(("", self.chance.randint(1, 99))))
            mail = f"{local}@{self.chance.choice(words.FREE_MAIL)}"
        else:
            mail = f"{self.chance.choice(('info', 'kontakt', 'post', 'mail', 'faktura'))}@{_ascii(stem)}.dk"
        return replace(party, phone=self._phone(), email=mail)

    def _later(self, party: Real) -> tuple[Real, str]:
        """The party as the other clerk knew it: some have moved, changed their name, number or mailbox."""
        change, turn = "", self.chance.random()
        if turn < 0.07 and party.kind not in ("chain", "association"):
            street, house, town = self._address(party.town if self.chance.random() < 0.5 else None)
            party, change = replace(party, street=street, house=house, town=town), "moved"
            if self.chance.random() < 0.3:
                party = replace(party, phone=self._phone())
        elif turn < 0.11 and party.kind in ("company", "sole trader"):
            coined = f"{self.chance.choice(words.COINED)} {self.chance.choice(words.LATER)}"
            party, change = replace(party, name=coined), "renamed"
        if self.chance.random() < 0.08:
            party = replace(party, phone=self._phone())
        if party.email and self.chance.random() < 0.10:
            local = _ascii(self.chance.choice(words.FIRST))
            party = replace(party, email=f"{local}@{party.email.partition('@')[2]}")
        return party, change

    def _address(self, town: tuple[str, str] | None = None) -> tuple[str, str, tuple[str, str]]:
        house = str(self.chance.randint(1, 140)) + self.chance.choice(("", "", "", "", "A", "B"))
        return self.chance.choice(words.STREETS), house, town or self._town()

    def _town(self) -> tuple[str, str]:
        return self.chance.choice(words.TOWNS)

    def _trade(self) -> str:
        return self.chance.choice(words.TRADES)

    def _phone(self) -> str:
        return f"{self.chance.randint(20, 99)}{self.chance.randint(0, 999999):06d}"

    def _cvr(self) -> str:
        """Eight digits that pass the check: weights 2 7 6 5 4 3 2 1, a multiple of eleven."""
        while True:
            seven = [self.chance.randint(1, 4), *(self.chance.randint(0, 9) for _ in range(6))]
            check = -sum(d * w for d, w in zip(seven, (2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
            made = "".join(map(str, [*seven, check]))
            if check < 10 and made not in self.used:
                self.used.add(made)
                return made

    def _ean(self) -> str:
        twelve = [5, 7, 9, 8, 0, *(self.chance.randint(0, 9) for _ in range(7))]
        check = -sum(d * (3 if place % 2 else 1) for place, d in enumerate(twelve)) % 10
        return "".join(map(str, [*twelve, check]))


def _ascii(text: str) -> str:
    plain = text.lower().replace("æ", "ae").replace("ø", "oe").replace("å", "aa").replace("ü", "u")
    return "".join(c for c in plain if c.isascii() and c.isalnum())
