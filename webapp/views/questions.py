"""Questions: a person's answers to conflicts, to customers that are gone on one side, and to what was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import auth, forms, htmx
from webapp.models import pairing as states
from webapp.models.connection import Connection
from webapp.models.field_rule import WINNER
from webapp.models.pairing import Pairing
from webapp.sync import holding, numbers, pairings, rules
from webapp.sync.creations import AlreadyPaired
from webapp.sync.fields import NAMES
from webapp.sync.pairings import Moved, Versions
from webapp.sync.register import NumberInUse
from webapp.sync.standing import plan_of
from webapp.views import rule_words, sync_window
from webapp.views.pairings import found_pairing
from webapp.views.sync_window import Touched

blueprint = Blueprint("questions", __name__, url_prefix="/questions")
WRONG = 422


@blueprint.post("/<int:pairing_id>/answers")
def answer(pairing_id: int) -> ResponseReturnValue:
    """Whose value shall stand: per field, or everything from one side."""
    active, found = _found(pairing_id, whole=True)
    answers = _answers(found)
    if not answers:
        return _told(_("Vælg først, hvad der skal stå."), WRONG)
    if _means_more(found, answers):
        return Touched(active, found.customer_id, found.mirror_id).stale()
    always = _always(answers)
    done = rule_words.told(always) or _("Svaret er gemt.")

    def settle() -> Pairing:
        answered = pairings.answer(active, found.id, answers, _seen(), auth.user())
        for name, winner in always.items():
            rules.lay_down(active, name, WINNER, winner, auth.user())
        return answered

    return _settle(active, found, settle, done)


@blueprint.post("/<int:pairing_id>/same-party")
def same_party(pairing_id: int) -> ResponseReturnValue:
    """ "Det er den samme kunde"."""
    active, found = _found(pairing_id, whole=True)
    verb = pairings.confirm_same
    return _settle(active, found, lambda: verb(active, found.id, _seen(), auth.user()), _("Parringen fortsætter."))


@blueprint.get("/<int:pairing_id>/deletion")
@auth.administrator_only
def deletion(pairing_id: int) -> ResponseReturnValue:
    _active, found = _found(pairing_id, whole=True)
    return _dialog("questions/deletion.html", found, url_for("questions.delete", pairing_id=found.id))


@blueprint.post("/<int:pairing_id>/deletion")
def delete(pairing_id: int) -> ResponseReturnValue:
    """ "Slet den også i …"."""
    active, found = _found(pairing_id, whole=True)
    done = _("Kunden er slettet.") if found.mirror.gone_at else _("Kunden slettes i e-conomic.")
    return _settle(active, found, lambda: pairings.delete_other(active, found.id, _seen(), auth.user()), done)


@blueprint.get("/<int:pairing_id>/recreation")
@auth.administrator_only
def recreation(pairing_id: int) -> ResponseReturnValue:
    active, found = _found(pairing_id, whole=True)
    return _recreation(active, found)


@blueprint.post("/<int:pairing_id>/recreation")
def recreate(pairing_id: int) -> ResponseReturnValue:
    """ "Opret den igen i …"."""
    active, found = _found(pairing_id, whole=True)
    number = _number(active, found)
    if number is None:
        return _recreation(active, found, _("Skriv et helt tal fra 1 til 999999999.")), WRONG
    verb = pairings.create_again
    try:
        return _settle(
            active, found, lambda: verb(active, found.id, number, _seen(), auth.user()), _("Kunden oprettes igen.")
        )
    except NumberInUse:
        return _recreation(active, found, _("Nummer %(number)s bruges allerede af en anden.", number=number)), WRONG


@blueprint.post("/<int:pairing_id>/retry")
def retry(pairing_id: int) -> ResponseReturnValue:
    """ "Prøv igen", perhaps under another number."""
    active, found = _found(pairing_id)
    text = request.form.get("number", "")
    number = forms.read_number(text)
    if text and number is None:
        return _told(_("Skriv et helt tal fra 1 til 999999999."), WRONG)
    try:
        return _settle(
            active, found, lambda: pairings.try_again(active, found.id, number, auth.user()), _("Der prøves igen.")
        )
    except NumberInUse:
        return _told(_("Nummer %(number)s bruges allerede af en anden.", number=number or found.new_number), WRONG)


def _found(pairing_id: int, *, whole: bool = False) -> tuple[Connection, Pairing]:
    """The pair, if it is the company's; `whole`: it has a customer on either side."""
    active = sync_window.connection()
    found = found_pairing(active, pairing_id)
    if whole and (found.mirror_id is None or found.state != states.OPEN):
        abort(409, _("Kunden er ved at blive oprettet i e-conomic. Vent, til den er færdig."))
    return active, found


def _settle(active: Connection, found: Pairing, verb: Callable[[], Pairing], done: str) -> ResponseReturnValue:
    """Carry the verb out and show where the customers stand now; what moved meanwhile is shown anew."""
    touched = Touched(active, found.customer_id, found.mirror_id)
    try:
        verb()
    except (Moved, AlreadyPaired):
        return touched.stale()
    return touched.answer(done, close_dialog=True)


def _answers(found: Pairing) -> dict[str, str]:
    """Field -> choice, for the fields that are asked or were refused; `all` answers every question."""
    whole = request.form.get("all", "")
    if whole in ("ours", "theirs"):
        return {asked.name: whole for asked in plan_of(found).questions}
    sent = {name: request.form.get(f"answer-{name}", "") for name in NAMES}
    allowed = {asked.name for asked in plan_of(found).questions} | set(found.fault.get("values", {}))
    return {name: choice for name, choice in sent.items() if choice in ("ours", "theirs", "both") and name in allowed}


def _means_more(found: Pairing, answers: dict[str, str]) -> bool:
    """In the books an answer means something else than the page told, for what the customer owes has moved since."""
    asked = {one.name: one for one in plan_of(found).questions}
    sent = [name for name, choice in answers.items() if choice == "ours" and name in asked]
    now = {name: effect.name for name in sent if (effect := holding.effect_of(found, asked[name]))}
    return any(now.get(name, "") != request.form.get(f"effect-{name}", now.get(name, "")) for name in sent)


def _always(answers: dict[str, str]) -> dict[str, str]:
    """Fields whose answer shall hold from now on, and who wins them."""
    ticked = {name: choice for name, choice in answers.items() if request.form.get(f"always-{name}")}
    return {name: choice for name, choice in ticked.items() if choice in ("ours", "theirs")}


def _seen() -> Versions:
    def version(name: str) -> int:
        text = request.form.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

    return Versions(version("ours"), version("theirs"), version("pair"))


def _number(active: Connection, found: Pairing) -> int | None:
    """The number to create under: the person's in e-conomic; here the customer's own comes back with it."""
    if not found.mirror.gone_at:
        own: int = found.customer.number
        return own
    return forms.read_number(request.form.get("number", ""))


def _recreation(active: Connection, found: Pairing, wrong: str = "") -> str:
    proposal = numbers.propose_there(active, found.customer)
    number = request.form.get("number", str(proposal.number))
    action = url_for("questions.recreate", pairing_id=found.id)
    return _dialog("questions/recreation.html", found, action, proposal=proposal, number=number, wrong=wrong)


def _dialog(template: str, found: Pairing, action: str, **more: Any) -> str:
    return render_template(template, pairing=found, action=action, back=url_for("sync.window"), **more)


def _told(message: str, status: int) -> ResponseReturnValue:
    if not htmx.wants_piece():
        return htmx.go(url_for("sync.window"), message, "ask")
    return htmx.partials(htmx.toast(message, "ask"), status=status)
