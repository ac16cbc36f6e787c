"""Which column of a file holds which field: known by its Danish or English name, and as a person has put it right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from webapp.sync.fields import NAMES
from webapp.sync.normalise import loose

FIELDS = ("number", *NAMES)
# As they are called in files from CleanManager, e-conomic and others; "Kundenr.", "kunde nr" and "KundeNr" are one.
CALLED: Mapping[str, str] = {
    "number": "nr, nummer, kundenr, kundenummer, debitornr, debitornummer, no, number, customerno, customernumber",
    "name": "navn, kundenavn, kunde, firma, firmanavn, virksomhed, name, customer, customername, company, companyname",
    "cvr": "cvr, cvrnr, cvrnummer, cvrse, cvrno, cvrnumber, vatno, vatnumber, companyno, registrationnumber",
    "ean": "ean, eannr, eannummer, eanlokationsnummer, gln, eanno, eannumber, glnnumber",
    "address": "adresse, vej, gade, gadenavn, vejnavn, adresse1, address, address1, street",
    "postcode": "postnr, postnummer, zip, zipcode, postcode, postalcode",
    "city": "by, bynavn, postdistrikt, city, town",
    "country": "land, country",
    "email": "email, mail, emailadresse, mailadresse, emailaddress",
    "phone": "telefon, telefonnr, telefonnummer, tlf, tlfnr, mobil, phone, phonenumber, telephone, mobile",
    "website": "hjemmeside, web, www, webadresse, url, website, homepage",
    "currency": "valuta, valutakode, currency, currencycode",
    "customer_group": "kundegruppe, gruppe, debitorgruppe, customergroup, group",
    "payment_terms": "betalingsbetingelser, betalingsbetingelse, betaling, paymentterms, terms",
    "vat_zone": "momsområde, momszone, moms, vatzone, vatarea, vat",
}


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", loose(text))


_FIELD = {_plain(word): name for name, words in CALLED.items() for word in words.split(",")}
_FIELD |= {_plain(name): name for name in FIELDS}


def recognised(heads: Sequence[str]) -> list[str]:
    """The field of each column, '' where it is none that we know; of two of the same name the first."""
    found: list[str] = []
    for head in heads:
        name = _FIELD.get(_plain(head), "")
        found.append("" if name in found else name)
    return found


def chosen(form: Mapping[str, str], heads: Sequence[str]) -> list[str]:
    """What a person chose for each column; what is unknown is left out."""
    given = [form.get(f"column-{place}", "") for place in range(len(heads))]
    return [name if name in FIELDS else "" for name in given]


def twice(columns: Sequence[str]) -> str:
    """A field that two columns are chosen for; '' when there is none."""
    return next((name for name in columns if name and columns.count(name) > 1), "")


def can_tell(columns: Sequence[str]) -> bool:
    """Something of them says whom a line is about."""
    return bool({"number", "name", "cvr", "ean"} & set(columns))
