"""Sends the webhook calls that are due, tries again with growing pauses, and keeps a log of what came of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import requests

from webapp.sandbox.store import Row
from webapp.sandbox.webhooks import merged

if TYPE_CHECKING:
    from webapp.sandbox.world import Sandbox

Deliver = Callable[[str, str, dict[str, str], bytes], int]
KEPT_LOG = 500


def over_http(method: str, url: str, headers: dict[str, str], body: bytes, timeout: float = 10.0) -> int:
    """One real call; its status, or 0 when nothing answered."""
    with requests.Session() as session:
        # A proxy of the surroundings has no say in what a webhook reaches.
        session.trust_env = False
        try:
            answer = session.request(method, url, headers=headers, data=body, timeout=timeout, allow_redirects=False)
        except (requests.RequestException, ValueError):
            return 0
        return int(answer.status_code)


def pump(sandbox: "Sandbox", now: datetime) -> int:
    """Try every call that is due at `now`; nothing is locked while a call is under way."""
    tried = 0
    for row in due(sandbox, now):
        tried += 1
        _try(sandbox, row, now)
    return tried


def due(sandbox: "Sandbox", now: datetime) -> list[Row]:
    """The calls whose time has come, in the order of that time."""
    if sandbox.switches.webhook_held:
        return []
    with sandbox.store.lock:
        rows = [row for row in sandbox.webhooks.queue.values() if datetime.fromisoformat(row["due"]) <= now]
    return sorted(rows, key=lambda row: (row["due"], row["id"]))


def _try(sandbox: "Sandbox", row: Row, now: datetime) -> None:
    agreement = sandbox.agreement(row["agreement"])
    webhook = agreement.webhooks.get(str(row["webhook"]))
    if webhook is None or webhook["isDisabled"] or str(row["id"]) not in sandbox.webhooks.queue:
        sandbox.webhooks.queue.pop(str(row["id"]), None)
        return
    method, url, headers, body = compose(webhook, row["values"], sandbox.switches.webhook_method)
    try:
        status = sandbox.deliver(method, url, headers, body)
    except Exception:
        # Whatever the receiver does is the receiver's fault; the queue goes on.
        status = 0
    with sandbox.store.writing():
        _settle(sandbox, row, status, now)
        _log(sandbox, row, status, url, body)


def compose(webhook: Row, values: dict[str, str], method: str) -> tuple[str, str, dict[str, str], bytes]:
    """The call a webhook causes."""
    headers = {"Content-Type": merged(webhook.get("contentType") or "", values), "User-Agent": "e-conomic-sandbox"}
    for pair in webhook.get("customHeaders") or []:
        headers[pair["key"]] = merged(pair.get("value") or "", values)
    body = merged(webhook.get("postData") or "", values).encode()
    return method, merged(webhook["url"], values), headers, body


def _settle(sandbox: "Sandbox", row: Row, status: int, now: datetime) -> None:
    agreement = sandbox.agreement(row["agreement"])
    webhook = agreement.webhooks.get(str(row["webhook"]))
    if webhook is None:
        sandbox.webhooks.queue.pop(str(row["id"]), None)
        return
    tries = row["tries"] + 1
    succeeded = 200 <= status < 300
    if succeeded or tries >= sandbox.switches.webhook_tries:
        sandbox.webhooks.queue.pop(str(row["id"]), None)
    else:
        pause = sandbox.switches.webhook_first_pause * 4 ** (tries - 1)
        due_at = (now + timedelta(seconds=pause)).isoformat()
        sandbox.webhooks.queue[str(row["id"])] = row | {"tries": tries, "due": due_at}
    failures = 0 if succeeded else webhook["failures"] + 1
    if failures != webhook["failures"]:
        agreement.webhooks[str(webhook["id"])] = webhook | _failing(sandbox, failures)


def _failing(sandbox: "Sandbox", failures: int) -> Row:
    limit = sandbox.switches.disable_after
    if limit and failures >= limit:
        return {"failures": 0, "isDisabled": True, "lastDisabledDate": sandbox.timestamp()}
    return {"failures": failures}


def _log(sandbox: "Sandbox", row: Row, status: int, url: str, body: bytes) -> None:
    log = sandbox.webhooks.log
    log[str(sandbox.count("delivery-log"))] = {
        "at": sandbox.timestamp(),
        "agreement": row["agreement"],
        "webhook": row["webhook"],
        "values": row["values"],
        "outcome": str(status) if status else "no answer",
        "try": row["tries"] + 1,
        "url": url,
        "body": body.decode(errors="replace"),
    }
    for key in list(log)[: max(0, len(log) - KEPT_LOG)]:
        del log[key]
