"""`webapp match`: two files of customers in, the pairs they suggest out."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path
from typing import TextIO

import click

from webapp import files
from webapp.sync.fields import NAMES
from webapp.sync.matching import Suggestion, match
from webapp.views.sync_words import evidence

Row = tuple[str, dict[str, str]]
KNOWN = (*NAMES, "number")
SAID = {
    "workbook": " is a spreadsheet; save it as CSV first.",
    "old": " is a spreadsheet; save it as CSV first.",
    "binary": " is not a text file.",
    "broken": ", line {line}: {text}.",
}
HEADINGS = ("ours", "theirs", "score", "group", "evidence")


class Unreadable(click.ClickException):
    """A file that cannot be used, with the sentence that says why."""


def match_files(ours: Path, theirs: Path, out: Path | None, candidates: bool) -> None:
    """Write one line for each suggested pair, best first; with `candidates` the other candidates too."""
    found = match(read(ours), read(theirs))
    wanted = [one for one in found if candidates or one.group != "none"]
    if out is None:
        _write(sys.stdout, wanted)
    else:
        try:
            with out.open("w", encoding="utf-8", newline="") as stream:
                _write(stream, wanted)
        except OSError as fault:
            raise Unreadable(f"{out} cannot be written: {fault.strerror}.") from fault
    counts = {group: sum(one.group == group for one in found) for group in ("sure", "look")}
    click.echo(f"{counts['sure']} sure, {counts['look']} to look at.", err=True)


def _write(stream: TextIO, found: list[Suggestion[str, str]]) -> None:
    lines = csv.writer(stream, lineterminator="\n")
    lines.writerow(HEADINGS)
    for one in found:
        told = "; ".join(map(evidence, one.evidence))
        lines.writerow((one.ours, one.theirs, f"{one.score:.2f}", one.group, told))


def read(file: Path) -> list[Row]:
    """The customers of a file: `id` and the fields whose names are known; other columns are passed over."""
    try:
        cells = [row for row in files.csv_lines(_bytes(file)) if any(cell.strip() for cell in row)]
    except files.Unreadable as fault:
        raise Unreadable(f"{file}{SAID[fault.why].format(line=fault.line, text=fault.text)}") from fault
    if not cells:
        raise Unreadable(f"{file} is empty; its first line must name the columns.")
    names = [name.strip().lower() for name in cells[0]]
    _check_names(file, names)
    rows = [_row(file, place, names, row) for place, row in enumerate(cells[1:], 1)]
    [(key, often)] = Counter(key for key, _ in rows).most_common(1) or [("", 0)]
    if often > 1:
        raise Unreadable(f"{file} has the id '{key}' {often} times.")
    return rows


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise Unreadable(f"{file} cannot be read: {fault.strerror}.") from fault


def _check_names(file: Path, names: list[str]) -> None:
    if "id" not in names:
        raise Unreadable(f"{file} has no column 'id'; its columns are {', '.join(filter(None, names))}.")
    twice = next((name for name in ("id", *KNOWN) if names.count(name) > 1), None)
    if twice:
        raise Unreadable(f"{file} has the column '{twice}' more than once.")
    if not set(names) & set(KNOWN):
        raise Unreadable(f"{file} has none of the columns that can be compared: {', '.join(KNOWN)}.")


def _row(file: Path, place: int, names: list[str], cells: list[str]) -> Row:
    if len(cells) > len(names):
        raise Unreadable(f"{file}, customer {place}: {len(cells)} cells under {len(names)} columns.")
    told = dict(zip(names, cells, strict=False))
    key = told.get("id", "").strip()
    if not key:
        raise Unreadable(f"{file}, customer {place} has no id.")
    return key, {name: told[name].strip() for name in KNOWN if told.get(name, "").strip()}
