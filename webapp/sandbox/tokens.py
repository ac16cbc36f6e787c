"""Which agreement and app a pair of tokens opens."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.datastructures import Headers

from webapp.sandbox.errors import ApiError
from webapp.sandbox.store import Row

if TYPE_CHECKING:
    from webapp.sandbox.agreement import Agreement
    from webapp.sandbox.world import Sandbox

HINT = "Follow the links to help on authorization, or use the word demo for both tokens: {url}"


@dataclass
class Identity:
    """Whom a call speaks for."""

    agreement: "Agreement"
    app: Row
    grant: str
    demo: bool = False
    demo_query: bool = False


def identify(sandbox: "Sandbox", headers: Headers, args: Mapping[str, str]) -> Identity:
    """Read either pair of headers, or the demo query; a refusal when they open nothing."""
    secret = headers.get("X-AppSecretToken") or headers.get("appId") or ""
    token = headers.get("X-AgreementGrantToken") or headers.get("accessId") or ""
    demo_query = (args.get("demo") or "").lower() == "true"
    if demo_query or (secret == "demo" and token == "demo"):
        return _demo(sandbox, demo_query)
    grant, app = sandbox.grants.get(token), sandbox.apps.get(secret)
    if grant is None or app is None:
        raise _unauthorized("Access denied.")
    if grant["app"] != secret:
        raise _unauthorized("The app secret token and the agreement grant token do not match.", "E02250")
    return Identity(sandbox.agreement(grant["agreement"]), app, token)


def _demo(sandbox: "Sandbox", demo_query: bool) -> Identity:
    from webapp.sandbox.demo_agreement import open_demo

    app = {"secret": "demo", "public": "demo", "name": "REST Demo App", "number": 3162, "roles": ["SuperUser"],
           "created": "2016-06-14"}  # fmt: skip
    return Identity(open_demo(sandbox), app, "demo", demo=True, demo_query=demo_query)


def _unauthorized(message: str, code: str | None = None) -> ApiError:
    hint = HINT.format(url="https://restapi.e-conomic.com/?demo=true")
    return ApiError(401, message, code=code, hint=hint, newer_code=code or "Unauthorized")
