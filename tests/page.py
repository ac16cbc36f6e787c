"""A strict reader of the pages we answer with: what a browser forgives is told here."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import takewhile

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
UNLABELLED = {"hidden", "submit", "button", "image"}
TARGET = re.compile(r"#([A-Za-z][\w-]*)$")
# Targets that stand in the page around a piece.
AROUND = {"dialog", "toasts", "content", "register", "customer", "window"}


@dataclass
class Element:
    tag: str
    attrs: dict[str, str]
    text: str = ""
    inside_label: bool = False


@dataclass
class Page(HTMLParser):
    """`elements` in their order; `faults` tells what is not well-formed."""

    source: str
    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []
        self.feed(self.source)
        self.close()
        self.faults += [f"<{element.tag}> is never closed" for element in self._open]

    def __hash__(self) -> int:
        return id(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.faults += [f"{name} stands twice in <{tag}>" for name, n in Counter(n for n, _ in attrs).items() if n > 1]
        inside = any(element.tag == "label" for element in self._open)
        element = Element(tag, {name: value or "" for name, value in attrs}, inside_label=inside)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1].tag if self._open else 'nothing'}")
            return
        self._open.pop()

    def handle_data(self, text: str) -> None:
        for element in self._open:
            element.text += text

    def all(self, tag: str, **attrs: str) -> list[Element]:
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
        return [e for e in self.elements if e.tag == tag and wanted.items() <= e.attrs.items()]

    def one(self, tag: str, **attrs: str) -> Element:
        found = self.all(tag, **attrs)
        assert len(found) == 1, f"{len(found)} of <{tag}> with {attrs}"
        return found[0]

    def field(self, name: str) -> str:
        """What a form field holds."""
        box = next(e for e in self.elements if e.attrs.get("name") == name and e.tag in ("input", "select", "textarea"))
        if box.tag == "textarea":
            return box.text.removeprefix("\n")
        return self._chosen(box) if box.tag == "select" else box.attrs.get("value", "")

    def _chosen(self, box: Element) -> str:
        options = takewhile(lambda e: e.tag == "option", self.elements[self.elements.index(box) + 1 :])
        chosen = [e for e in options if "selected" in e.attrs]
        return chosen[0].attrs["value"] if chosen else ""

    @property
    def is_whole(self) -> bool:
        return bool(self.all("html"))

    def complaints(self) -> list[str]:
        """Everything wrong with the page as a page."""
        return [*self.faults, *self._headings(), *self._ids(), *self._labels(), *self._targets(), *self._forms()]

    def _headings(self) -> list[str]:
        if not self.is_whole:
            return []
        found = [element.text.strip() for element in self.all("h1")]
        return [] if len(found) == 1 and found[0] else [f"h1: {found}"]

    def _ids(self) -> list[str]:
        counted = Counter(element.attrs["id"] for element in self.elements if "id" in element.attrs)
        return [f"the id {name} stands {n} times" for name, n in counted.items() if n > 1]

    def _labels(self) -> list[str]:
        named = {element.attrs.get("for") for element in self.all("label") if element.text.strip()}
        boxes = [e for e in self.elements if e.tag in ("input", "select", "textarea")]
        return [
            f"no label: {box.attrs}"
            for box in boxes
            if box.attrs.get("type") not in UNLABELLED
            and not (box.attrs.get("id") in named or box.inside_label or box.attrs.get("aria-label"))
        ]

    def _targets(self) -> list[str]:
        ids = {element.attrs.get("id") for element in self.elements} | (set() if self.is_whole else AROUND)
        targets = [e.attrs["hx-target"] for e in self.elements if "hx-target" in e.attrs and e.tag != "hx-partial"]
        return [f"nothing is {t}" for t in targets if (found := TARGET.fullmatch(t)) and found[1] not in ids]

    def _forms(self) -> list[str]:
        forms = [e for e in self.all("form") if e.attrs.get("method", "").lower() == "post"]
        tokens = self.all("input", name="csrf_token")
        lacking = [f"a form without an address: {e.attrs}" for e in forms if not e.attrs.get("action")]
        return lacking + ([] if len(tokens) >= len(forms) else ["a form without its CSRF token"])
