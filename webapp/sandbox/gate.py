"""What every API call passes: faults, tokens, budget, idempotency, content type, and the shape of the answer."""

import json
from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING, Any

from flask import Response, request

from webapp.sandbox import misbehave
from webapp.sandbox.calls import Answer, Call, Routes
from webapp.sandbox.errors import ApiError, legacy_body, problem_body
from webapp.sandbox.faults import Fault
from webapp.sandbox.tokens import Identity, identify

if TYPE_CHECKING:
    from webapp.sandbox.world import Sandbox

WRITES = ("POST", "PUT", "PATCH", "DELETE")
MOMENTS = {"GET": "before_get", "POST": "before_post", "PUT": "between_get_and_put", "PATCH": "between_get_and_put",
           "DELETE": "before_delete"}  # fmt: skip


class Gate:
    """The front of one service."""

    def __init__(self, sandbox: "Sandbox", mount: str, routes: Routes, *, newer: bool,
                 ready: Callable[[Call], None] | None = None) -> None:  # fmt: skip
        self.sandbox, self.mount, self.routes, self.newer = sandbox, mount, routes, newer
        self.ready = ready or (lambda call: None)

    def __call__(self, path: str = "") -> Response:
        """Answer the present Flask request."""
        self.sandbox.budgets.calls += 1
        fault = self.sandbox.faults.take(request.method, request.path)
        self._wait(fault)
        raw = request.get_data()
        with self.sandbox.store.writing():
            answer = self._answer(f"/{path}", raw, fault)
        response = self._response(answer)
        return misbehave.afterwards(self.sandbox, fault, response) if fault else response

    def _wait(self, fault: Fault | None) -> None:
        latency = self.sandbox.switches.latency
        if fault is not None and fault.kind == "latency":
            latency += fault.options.get("seconds", 1.0)
        if latency:
            self.sandbox.sleep(latency)

    def _answer(self, path: str, raw: bytes, fault: Fault | None) -> Answer:
        identity: Identity | None = None
        try:
            if fault:
                misbehave.beforehand(self.sandbox, fault, request.headers)
            identity = identify(self.sandbox, request.headers, request.args)
            answer = self._counted(path, raw, identity, fault)
        except ApiError as error:
            answer = self._refusal(error)
        agreement = identity.agreement.number if identity else 0
        answer.headers = answer.headers | self.sandbox.budgets.headers(agreement)
        return answer

    def _counted(self, path: str, raw: bytes, identity: Identity, fault: Fault | None) -> Answer:
        number = identity.agreement.number
        if not self.sandbox.budgets.spend(number):
            wait = self.sandbox.budgets.retry_after(number)
            raise ApiError(429, "Too many requests.", hint="You are over your quota.", headers=wait,
                           newer_code="TooManyRequests")  # fmt: skip
        if identity.demo and request.method != "GET":
            hint = "The demo agreement only supports GET requests."
            raise ApiError(403, "Access denied.", hint=hint, newer_code="AccessDenied")
        call = self._call(path, raw, identity)
        self.ready(call)
        if fault:
            misbehave.inside(fault, call)
        if call.key is None or call.method not in WRITES:
            return self._carry_out(call)
        kept = self.sandbox.idempotency.replay(call.grant, call.key, raw)
        if kept is None:
            kept = self._outcome(call)
            self.sandbox.idempotency.keep(call.grant, call.key, raw, kept)
        return kept

    def _call(self, path: str, raw: bytes, identity: Identity) -> Call:
        return Call(
            sandbox=self.sandbox,
            agreement=identity.agreement,
            app=identity.app,
            method=request.method,
            path=path,
            root=request.host_url.rstrip("/") + self.mount,
            args=request.args,
            headers=request.headers,
            raw=raw,
            grant=identity.grant,
            demo_query=identity.demo_query,
        )

    def _outcome(self, call: Call) -> Answer:
        try:
            return self._carry_out(call)
        except ApiError as error:
            return self._refusal(error)

    def _carry_out(self, call: Call) -> Answer:
        kind = (call.headers.get("Content-Type") or "").split(";")[0].strip().lower()
        fits = kind == "application/json" or (call.method == "PATCH" and kind == "application/json-patch+json")
        if call.method in ("POST", "PUT", "PATCH") and not fits:
            hint = "Set the Content-Type header to application/json."
            raise ApiError(415, "Unsupported media type.", hint=hint, newer_code="UnsupportedMediaType")
        self.sandbox.hooks.reach(MOMENTS.get(call.method, "before_get"))
        answer = self.routes.carry_out(call)
        if call.method in WRITES:
            self.sandbox.hooks.reach("after_write")
        return answer

    def _refusal(self, error: ApiError) -> Answer:
        log_id, now = self.sandbox.log_id(), self.sandbox.now().astimezone(UTC)
        log_time = now.strftime("%Y-%m-%dT%H:%M:%S")
        if self.newer:
            body, kind = problem_body(error, log_id, log_time), "application/problem+json; charset=utf-8"
            return Answer(error.status, body, error.headers | {"Content-Type": kind})
        body = legacy_body(error, log_id, log_time, self.sandbox.switches.message_language)
        return Answer(error.status, body, error.headers)

    def _response(self, answer: Answer) -> Response:
        data = b"" if answer.body is None else dumps(answer.body)
        response = Response(data, status=answer.status)
        if answer.body is None:
            response.headers.pop("Content-Type", None)
        else:
            response.headers["Content-Type"] = "application/json; charset=utf-8"
        response.headers.update(answer.headers)
        response.headers["X-RequestId"] = self.sandbox.log_id()
        response.headers["X-EconomicVersion"] = "sandbox"
        return response


def dumps(value: Any) -> bytes:
    """JSON as the service writes it: compact, letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
