"""webhooksapi v1.0.0: one webhook per event type; an app sees only its own."""

import json
import re
from urllib.parse import urlsplit

from webapp.sandbox.calls import Answer, Call, Handler
from webapp.sandbox.errors import not_found
from webapp.sandbox.newer import checks, lists
from webapp.sandbox.newer.mapping import Field
from webapp.sandbox.paging import Find, listed
from webapp.sandbox.store import Row
from webapp.sandbox.webhooks import TYPES

FILTERABLE = {"eventType": "text", "name": "text", "url": "text", "isDisabled": "bool", "lastDisabledDate": "time",
              "lastUpdated": "time"}  # fmt: skip
SHOWN = ("eventType", "name", "url", "contentType", "postData", "customHeaders", "isDisabled", "lastDisabledDate",
         "lastUpdated", "objectVersion")  # fmt: skip
TEXTS = {"eventType": 100, "name": 100, "url": 1000, "contentType": 50, "postData": 4000}
REQUIRED = ("eventType", "name", "url", "contentType")
MOST_HEADERS, LONGEST_HEADERS = 5, 1000


def event_types(call: Call) -> Answer:
    return Answer(200, [
        {"name": name, "description": description,
         "mergeFields": [{"fieldName": f"[{field}]", "description": words[1]} for field, words in fields.items()]}
        for name, (_, description, fields) in TYPES.items()
    ])  # fmt: skip


def show(row: Row) -> Row:
    return {name: row[name] for name in SHOWN if row.get(name) is not None}


def _mine(call: Call) -> list[Row]:
    rows = [row for row in call.agreement.webhooks.values() if row["source"] == call.app["public"]]
    return sorted(rows, key=lambda row: str(row["eventType"]))


def _one(call: Call, event: object) -> Row:
    for row in _mine(call):
        if row["eventType"] == event:
            return dict(row)
    raise not_found()


def _find(call: Call) -> Find:
    return listed(_mine(call), lambda row, name: row.get(name))


def by_cursor(call: Call) -> Answer:
    return lists.by_cursor(call, _find(call), show, "eventType", FILTERABLE)


def by_page(call: Call) -> Answer:
    return lists.by_page(call, _find(call), show, FILTERABLE, ("eventType", "name"))


def count(call: Call) -> Answer:
    return lists.count(call, _find(call), FILTERABLE)


def get(call: Call, event: str) -> Answer:
    return Answer(200, show(_one(call, event)))


def create(call: Call) -> Answer:
    fields = _read(call)
    event = fields["eventType"]
    if any(row["eventType"] == event and row["source"] != "screen" for row in call.agreement.webhooks.values()):
        message = f"A webhook for {event} exists."
        checks.refuse([checks.problem("eventType", message, "WebhookAlreadyExistsForEventType")])
    call.sandbox.webhooks.set_up(call.agreement, fields, source=call.app["public"])
    return Answer(201, {"eventType": event}, {"Location": call.link(f"/webhooks/{event}")})


def replace(call: Call) -> Answer:
    row = _one(call, checks.body_object(call).get("eventType"))
    checks.check_version(call.json.get("objectVersion"), row["objectVersion"])
    fields = _read(call)
    kept = {name: row[name] for name in ("id", "source", "lastDisabledDate") if name in row}
    if fields.get("isDisabled") and not row["isDisabled"]:
        kept["lastDisabledDate"] = call.sandbox.timestamp()
    fresh = {"isDisabled": False, "failures": 0} | kept | fields | call.agreement.stamp()
    call.agreement.webhooks[str(row["id"])] = fresh
    return Answer(204)


def delete(call: Call, event: str) -> Answer:
    del call.agreement.webhooks[str(_one(call, event)["id"])]
    return Answer(204)


def _read(call: Call) -> Row:
    body = checks.body_object(call)
    shapes = {name: Field("text", name, longest, name == "postData") for name, longest in TEXTS.items()}
    shapes["isDisabled"] = Field("boolean", "isDisabled", 0, False)
    checks.refuse([found for name, shape in shapes.items() if name in body
                   for found in checks.shape_problems(name, body[name], shape)])  # fmt: skip
    checks.refuse([checks.problem(name, f"{name} is required.") for name in REQUIRED if not body.get(name)])
    if body["eventType"] not in TYPES:
        checks.refuse([checks.problem("eventType", "No such event type.", "WebhookInvalidType")])
    _check_url(call, body["url"])
    _check_headers(body.get("customHeaders"))
    names = (*TEXTS, "isDisabled", "customHeaders")
    return {name: body[name] for name in names if body.get(name) is not None}


def _check_url(call: Call, url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host:
        checks.refuse([checks.problem("url", "The url is not valid.", "WebhookInvalidUrl")])
    allowed = ("https",) if call.sandbox.switches.webhooksapi_https_only else ("https", "http")
    if parts.scheme not in allowed:
        checks.refuse([checks.problem("url", "The url must use https.", "WebhookInvalidUrlScheme")])


def _check_headers(pairs: object) -> None:
    if pairs is None:
        return
    good = isinstance(pairs, list) and all(
        isinstance(pair, dict)
        and re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", str(pair.get("key") or ""))
        and "\n" not in str(pair.get("value"))
        for pair in pairs
    )
    if not good:
        message = "Each header needs a key and a value."
        checks.refuse([checks.problem("customHeaders", message, "WebhookCustomHeaderInvalid")])
    assert isinstance(pairs, list)
    if len(pairs) > MOST_HEADERS:
        message = f"At most {MOST_HEADERS} headers."
        checks.refuse([checks.problem("customHeaders", message, "WebhookCustomHeadersTooMany")])
    if len(json.dumps(pairs)) > LONGEST_HEADERS:
        checks.refuse([checks.problem("customHeaders", "The headers are too long.", "WebhookCustomHeadersTooLong")])


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/eventtypes"): event_types,
    ("GET", "/webhooks"): by_cursor,
    ("POST", "/webhooks"): create,
    ("PUT", "/webhooks"): replace,
    ("GET", "/webhooks/paged"): by_page,
    ("GET", "/webhooks/count"): count,
    ("GET", "/webhooks/<event>"): get,
    ("DELETE", "/webhooks/<event>"): delete,
}
