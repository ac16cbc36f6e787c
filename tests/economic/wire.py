"""What the tests of the wire share: addresses, a clock that is never waited for, small pages, error bodies."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import responses

from webapp import ports

LEGACY = "https://restapi.e-conomic.com"
OPENAPI = "https://apis.e-conomic.com"
CUSTOMERS = f"{LEGACY}/customers"
NEWER = f"{OPENAPI}/customersapi/v3.1.0/Customers"


@dataclass
class Clock:
    """Stands still, but for the waits that are asked for; `ticks` are seconds that pass each time it is read."""

    seconds: float = 0.0
    ticks: float = 0.0
    waits: list[float] = field(default_factory=list)
    chance: float = 0.5

    def ports(self, **others: Any) -> ports.Ports:
        return ports.Ports(
            now=lambda: datetime(2026, 8, 1, 12, tzinfo=UTC),
            monotonic=self.read,
            sleep=self.wait,
            random=lambda: self.chance,
            **others,
        )

    def read(self) -> float:
        self.seconds += self.ticks
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds


def page(rows: list[dict[str, Any]], results: int | None = None, **counts: Any) -> dict[str, Any]:
    """A legacy collection of these rows."""
    told = {"skipPages": 0, "pageSize": 1000, "maxPageSizeAllowed": 1000, "results": len(rows)}
    if results is not None:
        told["results"] = results
    return {"collection": rows, "pagination": told | counts, "self": CUSTOMERS}


def proven() -> None:
    """The two addresses answer as e-conomic's own do, so that their 404s are believed."""
    responses.get(f"{LEGACY}/self", json={"agreementNumber": 1118081})
    responses.get(f"{NEWER}/count", json=3)


def numbered(*numbers: int) -> list[dict[str, Any]]:
    """Customers of which only the number matters."""
    return [{"customerNumber": number, "name": f"Kunde {number}"} for number in numbers]


MISSING: dict[str, Any] = {
    "message": "Resource not found.",
    "developerHint": "The API tries to provide all the resource urls you need.",
    "logId": "8d79f54f226ebe44-CPH",
    "httpStatusCode": 404,
    "logTime": "2024-10-24T14:26:57",
}
NEWER_MISSING: dict[str, Any] = {
    "type": "https://tools.ietf.org/html/rfc9110#section-15.5.5",
    "title": "Resource not found.",
    "status": 404,
    "detail": "The resource you have been looking for does not exist.",
    "errors": [],
    "traceId": "a2a259bbe959d8d5-CPH",
    "traceTimeUtc": "2026-08-12T20:50:07",
    "errorCode": "ResourceNotFound",
}
NO_GROUP: dict[str, Any] = {
    "message": "Validation failed. 1 error found.",
    "errorCode": "E04300",
    "developerHint": "Inspect validation errors and correct your request.",
    "logId": "7dacf1e1192c3689-FRA",
    "httpStatusCode": 400,
    "errors": {
        "customerGroup": {
            "errors": [
                {
                    "propertyName": "customerGroup",
                    "errorMessage": "CustomerGroup '1' not found.",
                    "errorCode": "E07140",
                    "inputValue": 1,
                    "developerHint": "Find a list at https://restapi.e-conomic.com/customer-groups .",
                }
            ]
        }
    },
    "logTime": "2023-06-21T16:29:38",
    "errorCount": 1,
}
TWO_ERRORS: dict[str, Any] = {
    "message": "Validation failed. 2 errors found.",
    "errorCode": "E04300",
    "logId": "86d2a1f150c392bb-CPH",
    "httpStatusCode": 400,
    "errors": {
        "paymentTerms": {"errors": [{"errorMessage": "PaymentTerms '4711' not found.", "errorCode": "E07080"}]},
        "paymentTermsType": {"errors": [{"errorMessage": "Payment terms type …", "errorCode": "E07180"}]},
    },
    "errorCount": 2,
}
LIST_FORM: dict[str, Any] = {
    "message": "Validation failed. 1 error found.",
    "errorCode": "E04300",
    "httpStatusCode": 400,
    "errors": [
        {
            "arrayIndex": 0,
            "entries": {
                "items": [
                    {
                        "arrayIndex": 4,
                        "customer": {
                            "errors": [{"errorMessage": "Customer '1001' is barred.", "errorCode": "E06820"}],
                        },
                    }
                ]
            },
        }
    ],
}
FORM_OF_2015: dict[str, Any] = {
    "message": "Validation error.",
    "logId": "c7ca5bc2-ad2d-4639-93f9-b22ba88c97d7",
    "httpStatusCode": 400,
    "errors": {
        "currency": {"errors": [{"errorCode": "E06000", "message": "currency does not exist.", "value": "ZUL"}]}
    },
}
FILTER: dict[str, Any] = {
    "message": "Could not parse query string filter.",
    "logId": "a2a282a789f20523-CPH",
    "httpStatusCode": 400,
    "errors": ["Filtering is not allowed on property 'bogusProp'."],
    "allowedFilteringFields": ["zip", "customerNumber"],
}
DOCUMENTED_CONFLICT: dict[str, Any] = {
    "message": "Update conflict. Version does not match.",
    "developerHint": "The resource has been updated by another user.",
    "logId": "09580053-1141-4e7f-85e1-bed8600e0278",
    "property": "version",
}
LIVE_CONFLICT: dict[str, Any] = {
    "title": "Update conflict.",
    "status": 409,
    "errors": [{"message": "Object version does not match.", "errorCode": "UpdateConflict", "property": "version"}],
    "traceId": "a2a259bbe959d8d5-CPH",
    "errorCode": "UpdateConflict",
}
