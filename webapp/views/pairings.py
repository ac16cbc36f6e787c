"""Pairings: "Opret partner", "Vælg partner" with the information that shall stand, "Ophæv parring", on and off."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import auth, forms, htmx
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.field_rule import FieldRule
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.sync import candidates, numbers, pairings, preview
from webapp.sync.creations import AlreadyPaired
from webapp.sync.pairings import Moved, Versions
from webapp.sync.register import NumberInUse
from webapp.views import sync_window
from webapp.views.sync_window import Asked, Touched

blueprint = Blueprint("pairings", __name__, url_prefix="/pairings")
Party = Customer | Mirror
WRONG = 422
SIDE = "<any(ours, theirs):side>"


@blueprint.get(f"/new/{SIDE}/<int:party_id>")
@auth.administrator_only
def new(side: str, party_id: int) -> ResponseReturnValue:
    """ "Opret partner": what will be made where, and under which number."""
    active = sync_window.connection()
    party = _party(active, side, party_id)
    return _creation(active, side, party, str(_proposal(active, party).number))


@blueprint.post(f"/new/{SIDE}/<int:party_id>")
def create(side: str, party_id: int) -> ResponseReturnValue:
    active = sync_window.connection()
    party, text = _party(active, side, party_id), request.form.get("number", "")
    wrong = _number_fault(active, side, text)
    if wrong or _preview(active, party).lacking:
        return _creation(active, side, party, text, wrong), WRONG
    touched = _touched(active, party)
    try:
        _create(active, party, forms.read_number(text) or 0)
    except NumberInUse:
        return _creation(active, side, party, text, _("Nummeret blev taget imens. Vælg et andet.")), WRONG
    except (AlreadyPaired, Moved):
        return touched.stale(_("Kunden har fået en partner eller er slettet imens. Intet er ændret."))
    done = _("%(name)s oprettes i e-conomic.") if side == "ours" else _("%(name)s er oprettet i CleanManager.")
    return touched.answer(done % {"name": party.name}, close_dialog=True)


@blueprint.get("/number/<any(ours, theirs):side>")
def number(side: str) -> ResponseReturnValue:
    """Is the number free on the other side? Asked while it is typed; of none, which one is next."""
    active, text = sync_window.connection(), request.args.get("number", "").strip()
    wrong = _number_fault(active, side, text) if text else ""
    free = 0 if text else numbers.next_there(active) if side == "ours" else numbers.next_here(active)
    return render_template("pairings/_number_hint.html", wrong=wrong, text=text, free=free)


@blueprint.get(f"/partner/{SIDE}/<int:party_id>")
@auth.administrator_only
def partner(side: str, party_id: int) -> ResponseReturnValue:
    """ "Vælg partner": the other column turns into candidates."""
    active = sync_window.connection()
    party, text = _party(active, side, party_id), Asked.of(request.args).text
    found = candidates.searched(active, party, text) if text else candidates.best(active, party)
    shown = {"party": party, "side": side, "found": found, "text": text, "asked": Asked.within()}
    if htmx.wants_piece() and request.args.get("list"):
        return render_template("pairings/_candidates.html", **shown)
    return render_template("pairings/_choosing.html" if htmx.wants_piece() else "pairings/partner.html", **shown)


@blueprint.get("/fields/<int:customer_id>/<int:mirror_id>")
@auth.administrator_only
def fields(customer_id: int, mirror_id: int) -> ResponseReturnValue:
    """The fields in which the two differ, and whose value shall stand."""
    active = sync_window.connection()
    customer, mirror = both(active, customer_id, mirror_id)
    if request.args.get("count"):
        return render_template("pairings/_consequences.html", **_counted(active, customer, mirror, request.args))
    return _differing(active, customer, mirror)


@blueprint.post("")
def pair() -> ResponseReturnValue:
    """ "Indsend": both sides get the chosen values, and the two are a pair."""
    active = sync_window.connection()
    customer, mirror = both(active, _int("customer"), _int("mirror"))
    counted = _counted(active, customer, mirror, request.form)
    if counted["lacking"]:
        return _differing(active, customer, mirror, wrong=True), WRONG
    touched = Touched(active, customer.id, mirror.id)
    try:
        pairings.pair(
            active, customer.id, mirror.id, counted["answers"], Versions(_int("ours"), _int("theirs")), auth.user()
        )
    except Moved:
        fresh = both(active, customer.id, mirror.id)
        return _differing(active, *fresh, moved=True), WRONG
    except AlreadyPaired:
        return touched.stale(_("En af de to har fået en partner imens. Intet er ændret."))
    return _paired(active, touched, customer)


def _paired(active: Connection, touched: Touched, customer: Customer) -> ResponseReturnValue:
    """In the window the two lines become one; "Vælg partner" goes back to the window as it was narrowed before."""
    done, asked = _("%(name)s har nu en partner.", name=customer.name), Asked.on_show()
    if not htmx.wants_piece() or sync_window.is_on_show():
        return touched.answer(done, close_dialog=True)
    window = htmx.piece("#window", sync_window.page(active, asked, piece=True))
    return htmx.partials(window, htmx.toast(done), close_dialog=True, push_url=asked.address())


@blueprint.get("/<int:pairing_id>/removal")
@auth.administrator_only
def removal(pairing_id: int) -> ResponseReturnValue:
    found = found_pairing(sync_window.connection(), pairing_id)
    action = url_for("pairings.remove", pairing_id=found.id)
    return render_template("pairings/removal.html", pairing=found, action=action, back=url_for("sync.window"))


@blueprint.post("/<int:pairing_id>/removal")
def remove(pairing_id: int) -> ResponseReturnValue:
    """ "Ophæv parring", or "Fortryd oprettelse"."""
    active = sync_window.connection()
    found = found_pairing(active, pairing_id)
    touched = Touched(active, found.customer_id, found.mirror_id)
    try:
        closed = pairings.unpair(active, found.id, auth.user())
    except Moved:
        return touched.stale()
    if closed.closed_at is None:
        return touched.stale(_("e-conomic er ved at oprette kunden. Vent, til den er færdig."))
    done = _("Parringen er ophævet. Begge kunder er, som de var.") if found.mirror_id else _("Oprettelsen er fortrudt.")
    return touched.answer(done, close_dialog=True)


@blueprint.post(f"/exclusion/{SIDE}/<int:party_id>")
def exclude(side: str, party_id: int) -> ResponseReturnValue:
    """ "Ingen synkronisering"."""
    return _switch(side, party_id, off=True)


@blueprint.post(f"/inclusion/{SIDE}/<int:party_id>")
def include(side: str, party_id: int) -> ResponseReturnValue:
    """ "Aktivér synkronisering"."""
    return _switch(side, party_id, off=False)


def _switch(side: str, party_id: int, *, off: bool) -> ResponseReturnValue:
    active = sync_window.connection()
    party = _party(active, side, party_id)
    touched, verb = _touched(active, party), pairings.exclude if off else pairings.include
    try:
        if isinstance(party, Customer):
            verb(active, auth.user(), customer_id=party.id)
        else:
            verb(active, auth.user(), mirror_id=party.id)
    except (AlreadyPaired, Moved):
        return touched.stale()
    done = _("%(name)s synkroniseres ikke.") if off else _("%(name)s kan synkroniseres igen.")
    return touched.answer(done % {"name": party.name})


def found_pairing(active: Connection, pairing_id: int) -> Pairing:
    """The living pair with this id, if it belongs to this connection."""
    found = Pairing.found(auth.company(), pairing_id)
    if found is None or found.connection_id != active.id:
        abort(404, _("Parringen findes ikke længere."))
    return found


def _party(active: Connection, side: str, party_id: int) -> Party:
    """The customer on that side, if it is the company's and still there."""
    party: Party | None = Customer.found(auth.company(), party_id) if side == "ours" else _mirror(active, party_id)
    if party is None:
        abort(404, _("Kunden findes ikke, eller den er slettet."))
    return party


def _mirror(active: Connection, mirror_id: int) -> Mirror | None:
    found = Mirror.found(auth.company(), mirror_id)
    return found if found is not None and found.connection_id == active.id and not found.gone_at else None


def both(active: Connection, customer_id: int, mirror_id: int) -> tuple[Customer, Mirror]:
    customer, mirror = Customer.found(auth.company(), customer_id), _mirror(active, mirror_id)
    if customer is None or mirror is None:
        abort(404, _("En af de to kunder findes ikke længere."))
    return customer, mirror


def _touched(active: Connection, party: Party) -> Touched:
    ours = isinstance(party, Customer)
    return Touched(active, party.id if ours else None, None if ours else party.id)


def _int(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _create(active: Connection, party: Party, wanted: int) -> None:
    if isinstance(party, Customer):
        pairings.create_there(active, party.id, wanted, auth.user())
    else:
        pairings.create_here(active, party.id, wanted, auth.user())


def _proposal(active: Connection, party: Party) -> numbers.Proposal:
    if isinstance(party, Customer):
        return numbers.propose_there(active, party)
    return numbers.propose_here(active, party)


def _preview(active: Connection, party: Party) -> preview.Creation:
    if isinstance(party, Customer):
        return preview.creation_there(active, party)
    return preview.creation_here(active, party)


def _number_fault(active: Connection, side: str, text: str) -> str:
    """Why this number cannot be given to the partner of a customer on that side; '' when it can."""
    wanted = forms.read_number(text)
    if wanted is None:
        return str(_("Skriv et helt tal fra 1 til 999999999."))
    taken = numbers.taken_there(active, wanted) if side == "ours" else numbers.taken_here(active, wanted)
    if taken is None:
        return ""
    holder = taken or _("en kunde uden navn")
    return str(_("Nummer %(number)s bruges allerede af %(name)s.", number=wanted, name=holder))


def _creation(active: Connection, side: str, party: Party, number: str, wrong: str = "") -> str:
    return render_template(
        "pairings/new.html",
        party=party,
        side=side,
        creation=_preview(active, party),
        policy=FieldRule.policy(active),
        proposal=_proposal(active, party),
        number=number,
        wrong=wrong,
        action=url_for("pairings.create", side=side, party_id=party.id),
        back=url_for("sync.window"),
    )


def _counted(active: Connection, customer: Customer, mirror: Mirror, given: Any) -> dict[str, Any]:
    """The answers given so far, what they would change, and the fields that lack one."""
    differing = preview.differences(active, customer, mirror)
    sent = {d.field: given.get(f"answer-{d.field}", "") for d in differing}
    answers = {d.field: sent[d.field] for d in differing if sent[d.field] in _choices(d)}
    pushed, pulled, apart = preview.consequences(active, customer, mirror, answers)
    lacking = [d.field for d in differing if d.field not in answers]
    return {"answers": answers, "lacking": lacking, "pushed": pushed, "pulled": pulled, "apart": apart}


def _choices(difference: preview.Difference) -> set[str]:
    return {"ours", "theirs", "both"} - {difference.refused}


def _differing(
    active: Connection, customer: Customer, mirror: Mirror, *, wrong: bool = False, moved: bool = False
) -> str:
    differing = preview.differences(active, customer, mirror)
    sent = request.form if request.method == "POST" else {}
    chosen = {d.field: sent.get(f"answer-{d.field}", "" if sent else d.choice) for d in differing}
    counted = _counted(active, customer, mirror, {f"answer-{field}": choice for field, choice in chosen.items()})
    return render_template(
        "pairings/fields.html",
        customer=customer,
        mirror=mirror,
        differing=differing,
        chosen=chosen,
        candidate=candidates.judged(customer, mirror),
        wrong=wrong,
        moved=moved,
        asked=Asked.on_show(),
        action=url_for("pairings.pair", within=Asked.on_show().behind),
        back=url_for("pairings.partner", side="ours", party_id=customer.id, within=Asked.on_show().behind),
        **counted,
    )
