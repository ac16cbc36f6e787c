"""The one table of synced fields: our name, e-conomic's two spellings, limit, kind and label.

Limits and spellings are the API's own (customers POST schema and customersapi v3.1.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from webapp.economic.records import Customer as RemoteCustomer
from webapp.sync.normalise import settle

Kind = Literal["text", "lines", "cvr", "ean", "email", "phone", "website", "reference"]
Values = dict[str, str]


def N_(text: str) -> str:
    """Mark a label for translation; it is translated where it is shown."""
    return text


@dataclass(frozen=True)
class Field:
    """One synced field. `limit` is the most characters e-conomic takes; `reference` names its list of choices."""

    name: str
    label: str
    legacy: str
    openapi: str
    limit: int
    kind: Kind = "text"
    required: bool = False
    reference: str = ""


FIELDS = (
    Field("name", N_("Navn"), "name", "name", 255, required=True),
    Field("cvr", N_("CVR-nr."), "corporateIdentificationNumber", "cvrNo", 40, "cvr"),
    Field("ean", N_("EAN-nr."), "ean", "eanLocationNumber", 13, "ean"),
    Field("address", N_("Adresse"), "address", "address", 510, "lines"),
    Field("postcode", N_("Postnr."), "zip", "postCode", 30),
    Field("city", N_("By"), "city", "city", 50),
    Field("country", N_("Land"), "country", "country", 50),
    Field("email", N_("E-mail"), "email", "email", 255, "email"),
    Field("phone", N_("Telefon"), "telephoneAndFaxNumber", "phone", 255, "phone"),
    Field("website", N_("Hjemmeside"), "website", "homepage", 255, "website"),
    Field("currency", N_("Valuta"), "currency", "currency", 3, "reference", True, "currency"),
    Field(
        "customer_group",
        N_("Kundegruppe"),
        "customerGroup.customerGroupNumber",
        "customerGroupNumber",
        9,
        "reference",
        True,
        "customer_group",
    ),
    Field(
        "payment_terms",
        N_("Betalingsbetingelser"),
        "paymentTerms.paymentTermsNumber",
        "paymentTermId",
        9,
        "reference",
        True,
        "payment_terms",
    ),
    Field("vat_zone", N_("Momsområde"), "vatZone.vatZoneNumber", "zone", 9, "reference", True, "vat_zone"),
)
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
NAMES = tuple(BY_NAME)
REFERENCES = tuple(field.name for field in FIELDS if field.reference)
UNIT_KINDS = {
    "piece": N_("Styk (stk.)"),
    "hour": N_("Timer"),
    "week": N_("Uger"),
    "month": N_("Måneder (mdr.)"),
    "task": N_("Opgave (opg.)"),
}


def read(record: RemoteCustomer) -> Values:
    """Theirs' values by our names, read from either of e-conomic's services (without NUL, which PostgreSQL refuses)."""
    return {field.name: settle(record.text(_spelling(field, record.service)).replace("\0", "")) for field in FIELDS}


def spelled(values: Mapping[str, str], service: Literal["legacy", "openapi"]) -> Values:
    """Our values under that service's names, ready to overlay on a record's body."""
    return {_spelling(BY_NAME[name], service): value for name, value in values.items()}


def _spelling(field: Field, service: str) -> str:
    return field.legacy if service == "legacy" else field.openapi


def named(path: str) -> str:
    """Our name for a property that e-conomic complained about, or '' when it is none of ours."""
    head = path.split(".")[0].lower()
    for field in FIELDS:
        if head in (field.legacy.split(".")[0].lower(), field.openapi.lower()):
            return field.name
    return "address" if head in ("address1", "address2") else ""
