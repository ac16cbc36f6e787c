"""Carries a planned fault out: before the call is looked at, or on the answer when the call has taken effect."""

import gzip
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Response, request
from werkzeug.datastructures import Headers

from webapp.sandbox.calls import Call
from webapp.sandbox.errors import ApiError, not_found
from webapp.sandbox.faults import ConnectionCut, Fault

if TYPE_CHECKING:
    from webapp.sandbox.world import Sandbox

MESSAGES = {"500": "Internal server error.", "501": "Not implemented.", "502": "Bad gateway.",
            "503": "Service unavailable.", "504": "Gateway timeout."}  # fmt: skip
PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
CUT = "sandbox.cut"


def beforehand(sandbox: "Sandbox", fault: Fault, headers: Headers) -> None:
    """The faults that keep a call from being carried out."""
    if fault.kind == "429":
        raise _too_many(sandbox, fault)
    if fault.kind == "401":
        raise ApiError(401, "Access denied.", hint="Check your tokens.", newer_code="Unauthorized")
    if fault.kind == "403":
        raise ApiError(403, "Access denied.", hint="The required role is missing.", newer_code="AccessDenied")
    if fault.kind == "404":
        raise not_found()
    if fault.kind == "revoke":
        sandbox.grants.pop(headers.get("X-AgreementGrantToken") or headers.get("accessId") or "", None)
    if fault.kind.endswith("-before") and fault.kind[:3].isdigit():
        raise _failure(fault)
    if fault.kind in ("cut-connect", "cut-before", "timeout-before", "404-html", "redirect"):
        # Not carried out; `afterwards` puts the real answer in place of this one.
        raise ApiError(500, "Internal server error.")


def inside(fault: Fault, call: Call) -> None:
    """What somebody else does in the agreement just before the call is carried out."""
    customers = call.agreement.customers
    if fault.kind == "edit":
        number = int(fault.options.get("number") or call.path.rstrip("/").rpartition("/")[2])
        changes = {fault.options.get("field", "city"): fault.options.get("value", "Rettet by")}
        call.agreement.edit(number, **changes)
    elif fault.kind == "drift-insert":
        call.agreement.add_customer(customerNumber=customers.lowest_free(), name="Kommet til imens")
    elif fault.kind == "drift-delete" and len(customers):
        call.agreement.delete(customers.at(0))


def afterwards(sandbox: "Sandbox", fault: Fault, response: Response) -> Response:
    """What becomes of the answer."""
    if fault.kind.startswith(("cut-", "timeout-")):
        return _cut(sandbox, fault, response)
    if fault.kind.endswith("-after") and fault.kind[:3].isdigit():
        return _replaced(response, int(fault.kind[:3]), _failure_body(fault), "application/json; charset=utf-8")
    change = _CHANGES.get(fault.kind)
    return change(fault, response) if change else response


def _too_many(sandbox: "Sandbox", fault: Fault) -> ApiError:
    seconds = fault.options.get("retry_after", 1)
    headers = {} if seconds is None else sandbox.budgets.wait(seconds)
    if isinstance(seconds, str):
        headers = {"Retry-After": seconds}
    return ApiError(429, "Too many requests.", hint="You are over your quota.", headers=headers,
                    newer_code="TooManyRequests")  # fmt: skip


def _failure(fault: Fault) -> ApiError:
    status, wait = fault.kind[:3], fault.options.get("retry_after")
    return ApiError(int(status), MESSAGES[status], hint="Something went wrong but the error has been logged.",
                    headers={} if wait is None else {"Retry-After": str(wait)},
                    newer_code="InternalServerError")  # fmt: skip


def _failure_body(fault: Fault) -> bytes:
    status = fault.kind[:3]
    return json.dumps({"message": MESSAGES[status], "httpStatusCode": int(status)}).encode()


def _cut(sandbox: "Sandbox", fault: Fault, response: Response) -> Response:
    timed_out = fault.kind.startswith("timeout-")
    if timed_out and fault.options.get("seconds"):
        sandbox.sleep(fault.options["seconds"])
    request.environ[CUT] = ConnectionCut(sent=fault.kind != "cut-connect", timed_out=timed_out)
    return response


def _replaced(response: Response, status: int, body: bytes, kind: str) -> Response:
    response.status_code = status
    response.set_data(body)
    response.headers["Content-Type"] = kind
    return response


def _truncated(fault: Fault, response: Response) -> Response:
    data = response.get_data()
    response.set_data(data[: len(data) // 2])
    if fault.options.get("announced", True):
        response.headers["Content-Length"] = str(len(data))
        response.automatically_set_content_length = False
    return response


def _foreign_next(fault: Fault, response: Response) -> Response:
    """Every page link leads to another host, which must never be sent a token."""
    ours = request.host_url.rstrip("/").encode()
    text = response.get_data()
    host = fault.options.get("host", "https://evil.example").encode()
    for name in (b'"nextPage":"', b'"lastPage":"', b'"firstPage":"', b'"previousPage":"'):
        text = text.replace(name + ours, name + host)
    response.set_data(text)
    return response


def _short_list(fault: Fault, response: Response) -> Response:
    """A page that lacks its last row, and still counts it."""
    page = json.loads(response.get_data())
    if isinstance(page, dict) and page.get("collection"):
        page["collection"].pop()
        response.set_data(json.dumps(page))
    return response


def _redirect(fault: Fault, response: Response) -> Response:
    response = _replaced(response, int(fault.options.get("status", 302)), b"", "text/html")
    response.headers["Location"] = fault.options.get("location", "https://evil.example/")
    return response


def _gzip(fault: Fault, response: Response) -> Response:
    response.set_data(gzip.compress(response.get_data(), mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response


def _bad_gzip(fault: Fault, response: Response) -> Response:
    response.headers["Content-Encoding"] = "gzip"
    return response


def _wrong_type(fault: Fault, response: Response) -> Response:
    response.headers["Content-Type"] = fault.options.get("content_type", "text/plain")
    return response


def _huge(fault: Fault, response: Response) -> Response:
    size = int(fault.options.get("size", 50_000_000))
    return _replaced(response, 200, b'{"filler":"' + b"x" * size + b'"}', "application/json")


_CHANGES: dict[str, Callable[[Fault, Response], Response]] = {
    "truncated": _truncated,
    "not-json": lambda fault, response: _replaced(response, response.status_code, b"{not json", "application/json"),
    "html": lambda fault, response: _replaced(response, 200, PAGE.format("Maintenance").encode(), "text/html"),
    "404-html": lambda fault, response: _replaced(response, 404, PAGE.format("Not Found").encode(), "text/html"),
    "empty": lambda fault, response: _replaced(response, response.status_code, b"", "application/json"),
    "wrong-type": _wrong_type,
    "gzip": _gzip,
    "bad-gzip": _bad_gzip,
    "foreign-next": _foreign_next,
    "redirect": _redirect,
    "short-list": _short_list,
    "huge": _huge,
}
