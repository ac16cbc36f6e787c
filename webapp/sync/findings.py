"""What one field says of two parties: in words for a person, in bits for the sum. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Evidence:
    """One thing that speaks for or against: `kind` is said in words by the page, `field` is a synced field."""

    kind: str
    field: str
    supports: bool


@dataclass(frozen=True)
class Doubt:
    """Why two that are suggested are not sure: `kind` is said in words by the page, of these fields."""

    kind: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What one field says of two parties, in bits: above nought it speaks for them being one."""

    kind: str
    field: str
    bits: float

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.kind, self.field, self.bits > 0)
