"""How values are compared, and how texts are folded for searching: pure, and the only place for either."""

from __future__ import annotations

import re
import unicodedata

_FOLD = str.maketrans(
    {"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ð": "d", "þ": "th", "ł": "l"}
)
_DANISH = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}", "ü": "y"})
_BLANK = re.compile(r"\s+")


def settle(value: str | None) -> str:
    """The value as it is compared: trimmed, Unicode NFC, absent = empty. Nothing more (sync rules §1)."""
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip() if value else ""


def same(one: str | None, other: str | None) -> bool:
    return settle(one) == settle(other)


def fold(text: str) -> str:
    """Lower case, æ→ae, ø→oe, å→aa, other accents dropped, blanks joined: for search, never for equality."""
    if text.isascii():
        return _BLANK.sub(" ", text.lower()).strip()
    lowered = unicodedata.normalize("NFC", text).casefold().translate(_FOLD)
    return _BLANK.sub(" ", _unaccented(lowered)).strip()


def loose(text: str) -> str:
    """Folded once more so that `oe` finds `ö`, `o` and `ø` alike: what a search box forgives."""
    return fold(text).replace("aa", "a").replace("oe", "o").replace("ae", "a").replace("ue", "u")


def sort_key(text: str) -> str:
    """The text as Danish sorts it when compared by code point: case and accents without weight, æ ø å (aa) last."""
    lowered = unicodedata.normalize("NFC", text).casefold().translate(_DANISH).replace("aa", "}")
    return _BLANK.sub(" ", _unaccented(lowered)).strip()[:200]


def _unaccented(text: str) -> str:
    if text.isascii():  # As nearly every Danish text is by now.
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def search_text(number: int | None, values: dict[str, str]) -> str:
    """What one customer is found by: number, name, CVR, e-mail, phone (as written and as digits), city, address.

    Each part stands there folded too, so that a word typed from within a pair of letters ("el" of "Noel") finds it.
    """
    parts = [str(number or ""), *(values.get(name, "") for name in SEARCHED)]
    phone = digits(values.get("phone", ""))
    return "|".join(dict.fromkeys(fold_(part) for part in [*parts, phone] if part for fold_ in (loose, fold)))


def spellings(text: str) -> list[tuple[str, ...]]:
    """For each word of what was typed the spellings of which one must stand in a customer's search text."""
    return [tuple(dict.fromkeys((loose(word), word))) for word in fold(text).split()]


SEARCHED = ("name", "cvr", "ean", "email", "phone", "postcode", "city", "address")
