"""What is wrong, or odd, with a value that somebody typed or loaded, as a code: the form gives it its words. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from email_validator import EmailNotValidError, validate_email
from stdnum import ean
from stdnum.dk import cvr

from webapp.sync.fields import BY_NAME, REFERENCES

Choices = Mapping[str, Mapping[str, str]]


def fault(name: str, value: str, choices: Choices | None = None) -> str:
    """Why this value cannot be saved: required, long, unseen, choice, currency or reference; '' when it can."""
    if BY_NAME[name].required and name not in REFERENCES and not value:
        return "required"
    if len(value) > BY_NAME[name].limit:
        return "long"
    if not value.isprintable() and any(_is_control(sign, name) for sign in value):
        return "unseen"
    return _reference_fault(name, value, (choices or {}).get(name)) if name in REFERENCES and value else ""


def _is_control(sign: str, name: str) -> bool:
    if sign == "\n" and BY_NAME[name].kind == "lines":
        return False
    return unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")


def _reference_fault(name: str, value: str, choices: Mapping[str, str] | None) -> str:
    if choices:
        return "" if value in choices else "choice"
    if name == "currency":
        return "" if re.fullmatch("[A-Z]{3}", value) else "currency"
    return "" if re.fullmatch("[0-9]+", value) else "reference"


def doubt(name: str, value: str) -> str:
    """What looks wrong with a value that can be saved all the same: cvr, ean or email; '' when nothing does."""
    kind = BY_NAME[name].kind
    if kind == "cvr" and value and not cvr.is_valid(value):
        return "cvr"
    if kind == "ean" and value and not (len(value) == 13 and ean.is_valid(value)):
        return "ean"
    if kind == "email" and not all(map(_is_email, re.split(r"[\s;,]+", value.strip(" ;,")) if value else [])):
        return "email"
    return ""


def _is_email(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def number(text: str) -> int | None:
    """The customer number that was typed; None when it is none. Nothing else than digits counts."""
    text = text.strip()
    return int(text) if re.fullmatch("0*[1-9][0-9]{0,8}", text) else None
