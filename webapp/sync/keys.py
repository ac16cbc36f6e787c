"""What a name, an address or a number is compared by: spelling, abbreviation and legal form taken out. Pure."""

from __future__ import annotations

import re

from webapp.sync.normalise import loose


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Legal forms of many countries, as they stand when their dots and slashes are gone.
_FORMS = _listed(
    "aps as is ks ps ivs smba amba fmba anpartsselskab aktieselskab interessentskab kommanditselskab "
    "enkeltmandsvirksomhed gmbh mbh ag kg ohg ev ab hb asa da ans ltd limited llc llp inc corp plc oy oyj bv "
    "nv sa srl spa sarl sas pty co ou uab sia doo sro zoo kft lda ltda company"
)
_LEADING = re.compile(r"^\s*(?:a/s|i/s|k/s|p/s|aps)\s+", re.IGNORECASE)
_NAME_WORDS = {
    "kbh": "kobenhavn",
    "copenhagen": "kobenhavn",
    "str": "strade",
    "gl": "gammel",
    "ndr": "nordre",
    "sdr": "sondre",
    "sct": "sankt",
    "skt": "sankt",
    "st": "sankt",
    "afd": "afdeling",
    "ejerforeningen": "ejerforening",
    "ef": "ejerforening",
    "andelsboligforeningen": "andelsboligforening",
}
_AND = frozenset(("og", "and", "und", "et", "y", "och"))
_OWNER = re.compile(r"(?:^|\s)(?:v/|v\.|ved\s|c/o\s?)\s*", re.IGNORECASE)
# Domains of e-mail that strangers share, whatever their country.
_FREE = _listed(
    "gmail googlemail hotmail outlook live msn yahoo icloud me mac mail email post aol gmx web proton "
    "protonmail tdcadsl stofanet webspeed privat ofir jubii youmail sol telia get2net post3 post4 post8 "
    "fibermail"
)
_INITIALS = re.compile(r"(?<!\w)(?:\w[./]\s?){1,5}\w?(?!\w)")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LAND = re.compile(r"^[A-Z]{1,3}-")
_WORD = re.compile(r"[^\W_]+")
_SEVERAL = re.compile(r"[;,/|]| eller | og | fax|\n", re.IGNORECASE)
_SHORT_STREET = re.compile(r"(?<=\w{3})(v|g)\.(?=\s|$|\d)")
_STREET_ENDS = {"v": "vej", "g": "gade"}
_STREET_WORDS = {
    "gl": "gammel",
    "ndr": "nordre",
    "nr": "norre",
    "sdr": "sondre",
    "pl": "plads",
    "boul": "boulevard",
    "blvd": "boulevard",
    "bd": "boulevard",
    "str": "strade",
    "straat": "strade",
    "strasse": "strade",
    "street": "strade",
    "st": "strade",
    "road": "rd",
    "avenu": "ave",
    "av": "ave",
    "place": "plads",
    "court": "ct",
    "crescent": "cres",
    "cr": "cres",
    "drive": "dr",
    "circuit": "cct",
    "skt": "sankt",
    "sct": "sankt",
}
_CITY_WORDS = {"kbh": "kobenhavn", "copenhagen": "kobenhavn", "ndr": "nordre", "nr": "norre", "sdr": "sondre"}
_QUARTER = frozenset(("k", "v", "n", "o", "s", "c", "sv", "nv", "so", "no", "sydhavn"))
_BOX = re.compile(r"\b(?:postboks|post box|po box|p\.o\. box|pb)\.?\s*\d*", re.IGNORECASE)


def words_of(text: str) -> list[str]:
    """The text's words without case, accents and punctuation; initials written with dots are one word."""
    return _WORD.findall(_INITIALS.sub(_joined, loose(text) if not text.isascii() else _ascii(text)))


def _ascii(text: str) -> str:
    """The same as `loose` for text without other letters, quicker."""
    return text.lower().replace("aa", "a").replace("oe", "o").replace("ae", "a").replace("ue", "u")


def _joined(initials: re.Match[str]) -> str:
    return re.sub(r"[./\s]", "", initials.group()) + " "


def name_words(name: str) -> tuple[str, ...]:
    """The words that tell this name from another: no legal form, no "and", usual abbreviations written out."""
    words = words_of(_OWNER.sub(" ", _LEADING.sub("", name).replace("&", " og ")))
    words = [_NAME_WORDS.get(word, word) for word in words if word not in _AND]
    while words and words[-1] in _FORMS:
        words.pop()
    return tuple(words)


def name_key(name: str) -> str:
    """A name without its legal form, punctuation and usual abbreviations: for finding, never for equality."""
    return " ".join(name_words(name))


def name_parts(name: str) -> tuple[tuple[str, ...], ...]:
    """The firm and its owner of a name like "Malerfirma v/ Jens Hansen", each in words; nothing for other names."""
    parts = [part for part in _OWNER.split(name) if part.strip(" ,-")]
    return tuple(filter(None, map(name_words, parts))) if len(parts) > 1 else ()


def key_of(field: str, value: str) -> str:
    """The value as a key of that field, the first if it holds several; '' when it says nothing."""
    return next(iter(keys_of(field, value)), "")


def keys_of(field: str, value: str) -> tuple[str, ...]:
    """All keys the value holds: a phone or e-mail field may hold more than one."""
    if not value:
        return ()
    if field in ("email", "phone"):
        read = _email if field == "email" else _phone
        return tuple(dict.fromkeys(filter(None, map(read, _SEVERAL.split(value)))))
    return tuple(filter(None, (_NUMBERS[field](value),)))


def _phone(value: str) -> str:
    """The last eight digits: country codes and leading noughts are written in too many ways."""
    found = "".join(c for c in value if c.isdigit())[-8:]
    return found if len(found) >= 6 and len(set(found)) > 1 else ""


def _email(value: str) -> str:
    found = value.strip().strip("<>").removeprefix("mailto:").casefold()
    return found if "@" in found[1:-1] and " " not in found else ""


def _registered(value: str) -> str:
    """A company's number of any country, without blanks, dots and the letters before it ("DK", "CVR-nr.")."""
    found = "".join(c for c in value.upper() if c.isalnum()).lstrip(_LETTERS)
    return found if sum(c.isdigit() for c in found) >= 7 and len(set(found)) > 1 else ""


def _located(value: str) -> str:
    found = "".join(c for c in value if c.isdigit())
    return found if len(found) >= 8 and len(set(found)) > 1 else ""


def _numbered(value: str) -> str:
    return value.strip().lstrip("0")


_NUMBERS = {"cvr": _registered, "ean": _located, "number": _numbered}


def domain_of(email: str) -> str:
    """The domain of an e-mail key, '' where strangers share it."""
    domain = email.rpartition("@")[2]
    return "" if domain.partition(".")[0] in _FREE else domain


def street_key(address: str) -> tuple[str, str]:
    """Street and house number, abbreviations written out; floor, door and further lines left off."""
    text = _BOX.sub(" ", address)
    if "." in text:
        text = _SHORT_STREET.sub(lambda end: _STREET_ENDS[end.group(1)] + " ", text)
    words = words_of(text.replace("\n", " "))
    at = next((place for place, word in enumerate(words) if word[0].isdigit()), len(words))
    house = words[at] if at < len(words) else ""
    if at + 1 < len(words) and len(words[at + 1]) == 1 and house.isdigit() and words[at + 1].isalpha() and at:
        house += words[at + 1]
    street = words[:at]
    if not street:
        house, street = _led_by_number(words)
    if street and street[0] == "st":
        street = ["store", *street[1:]]
    return " ".join(_STREET_WORDS.get(word, word) for word in street), house


def _led_by_number(words: list[str]) -> tuple[str, list[str]]:
    """House and street of an address that begins with its number, as in English, French and Japanese."""
    begins = next((place for place, word in enumerate(words) if word.isalpha()), len(words))
    begins = begins if all(word.isdigit() for word in words[:begins]) else 1
    ends = next((place for place, word in enumerate(words) if place > begins and word.isdigit()), len(words))
    return "-".join(words[:begins]), words[begins:ends]


def city_key(city: str) -> str:
    """The town without its quarter: "Kbh. K", "København" and "Copenhagen" are one."""
    words = [_CITY_WORDS.get(word, word) for word in words_of(city)]
    while len(words) > 1 and words[-1] in _QUARTER:
        words.pop()
    return " ".join(words)


def postcode_key(postcode: str) -> str:
    """Letters and digits, without a country's letters before the hyphen."""
    return "".join(c for c in _LAND.sub("", postcode.upper().strip()) if c.isalnum())
