"""One value of one customer as a grid sends it back, saved the way a customer's form saves it."""

from __future__ import annotations

from webapp import auth, forms
from webapp.forms import Choices
from webapp.models.company import Company
from webapp.sync import register


def save(company: Company, customer_id: int, name: str, shown: str, typed: str, choices: Choices) -> tuple[str, str]:
    """The value to count as seen from now on, and why nothing was saved ('' when it was). Raises NoSuchCustomer."""
    if wrong := forms.fault(name, typed, choices):
        return shown, wrong
    saved = register.change(company, customer_id, {name: shown}, {name: typed}, auth.user())
    if isinstance(saved, register.Moved):
        now = saved.fields[name][1]
        return now, forms.moved_to(now)
    return shown, ""
