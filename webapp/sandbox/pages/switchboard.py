"""The page of switches at /_sandbox and the same as JSON, for whoever tries an app against the sandbox."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for

from webapp.sandbox.faults import KINDS
from webapp.sandbox.pages.session import sandbox
from webapp.sandbox.pages.switch_words import FAULT_WORDS, SWITCH_WORDS
from webapp.sandbox.store import Row
from webapp.sandbox.switches import CHOICES, DEFAULTS

pages = Blueprint("switchboard", __name__, url_prefix="/_sandbox")


@pages.get("")
def index() -> Any:
    return render_template("switchboard.html", sandbox=sandbox, switches=sandbox.switches.all(), words=SWITCH_WORDS,
                           choices=CHOICES, defaults=DEFAULTS, kinds=KINDS, fault_words=FAULT_WORDS,
                           log=list(sandbox.webhooks.log.values())[-30:][::-1])  # fmt: skip


@pages.get("/state")
def state() -> Any:
    return jsonify(_state())


@pages.post("/switches")
def switches() -> Any:
    asked = _asked()
    if not request.is_json:
        asked = {name: asked.get(name, "off") for name in DEFAULTS}
    try:
        sandbox.switches.update(**asked)
    except (TypeError, ValueError) as error:
        return _refused(str(error))
    return _done(sandbox.switches.all())


@pages.post("/faults")
def faults() -> Any:
    asked = _asked()
    asked = {name: value for name, value in asked.items() if value not in ("", None)}
    try:
        sandbox.faults.next(**asked | {"n": int(asked.get("n", 1))})
    except (TypeError, ValueError) as error:
        return _refused(str(error))
    return _done(_state())


@pages.post("/faults/clear")
def clear() -> Any:
    sandbox.faults.clear()
    return _done({})


@pages.post("/reset")
def reset() -> Any:
    """Switches and faults as at the start; the customers stay."""
    sandbox.switches.reset()
    sandbox.faults.clear()
    return _done(sandbox.switches.all())


@pages.post("/pump")
def pump() -> Any:
    return _done({"delivered": sandbox.pump()})


world = Blueprint("world", __name__)


@world.post("/apps")
def apps() -> Any:
    asked = _asked()
    sandbox.register_app(asked["secret"], asked["public"], asked["name"], roles=tuple(asked.get("roles", ())))
    return _done({"public": asked["public"]})


@world.post("/agreements")
def agreements() -> Any:
    asked = _asked()
    made = sandbox.add_agreement(int(asked["number"]), asked["companyName"])
    return _done({"number": made.number})


@world.post("/agreements/<int:number>/<verb>")
def act(number: int, verb: str) -> Any:
    try:
        with sandbox.store.writing():
            return _done(_acted(number, verb, _asked()))
    except (KeyError, TypeError, ValueError) as error:
        return _refused(str(error))


pages.register_blueprint(world)


def _acted(number: int, verb: str, asked: Row) -> Any:
    """One verb on one agreement."""
    agreement = sandbox.agreement(number)
    if verb == "grant":
        return {"token": agreement.grant(asked["app"])}
    if verb == "revoke":
        tokens = [asked["token"]] if asked.get("token") else list(agreement.grants())
        for token in tokens:
            agreement.revoke(token)
        return {"revoked": len(tokens)}
    if verb == "customers":
        return agreement.add_customer(**asked)
    if verb == "edit":
        return agreement.edit(int(asked.pop("number")), **asked)
    if verb == "renumber":
        return agreement.renumber(int(asked["old"]), int(asked["new"]))
    if verb in ("delete", "mark-used"):
        (agreement.delete if verb == "delete" else agreement.mark_used)(int(asked["number"]))
        return {}
    if verb == "customersapi":
        agreement.customersapi_enabled = bool(asked["enabled"])
        return {"enabled": agreement.customersapi_enabled}
    if verb == "webhooks":
        return sandbox.webhooks.set_up(agreement, asked)
    abort(404)


def _asked() -> Row:
    return dict(request.get_json()) if request.is_json else request.form.to_dict()


def _done(result: Any) -> Any:
    return jsonify(result) if request.is_json else redirect(url_for("switchboard.index"))


def _refused(message: str) -> tuple[Response, int]:
    return jsonify({"message": message}), 400


def _state() -> Row:
    return {
        "switches": sandbox.switches.all(),
        "faults": [{"kind": fault.kind, "method": fault.method, "path": fault.path, "left": fault.left}
                   for fault in sandbox.faults.planned],
        "queue": list(sandbox.webhooks.queue.values()),
        "log": list(sandbox.webhooks.log.values()),
        "calls": sandbox.budgets.calls,
        "agreements": [{"number": agreement.number, "companyName": agreement.company_name,
                        "customers": len(agreement.customers), "creations": agreement.creations}
                       for agreement in sandbox.agreements()],
    }  # fmt: skip
