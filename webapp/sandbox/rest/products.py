"""Products: keyed by text, each with a group and perhaps a unit."""

from webapp.sandbox import rules
from webapp.sandbox.calls import Answer, Call, Handler
from webapp.sandbox.errors import entry, validation
from webapp.sandbox.paging import collection, listed
from webapp.sandbox.references import escaped, put
from webapp.sandbox.rest.lists import found
from webapp.sandbox.store import Row

PATH = "/schema/products.post.schema.json"
FILTERABLE = {"productNumber": "text", "name": "text", "barred": "bool", "salesPrice": "number"}


def show(call: Call, row: Row) -> Row:
    path = f"/products/{escaped(row['productNumber'])}"
    shown: Row = {"productNumber": row["productNumber"], "name": row["name"]}
    shown |= {name: row[name] for name in ("description", "salesPrice") if row.get(name) is not None}
    if row.get("barred"):
        shown["barred"] = True
    shown["lastUpdated"] = row["lastUpdated"]
    group = row["productGroup"]
    shown["productGroup"] = {"productGroupNumber": group, "self": call.link(f"/product-groups/{group}")}
    if row.get("unit"):
        unit = call.agreement.reference("units").get(str(row["unit"]), {})
        shown["unit"] = {**unit, "products": call.link(f"/units/{row['unit']}/products"),
                         "self": call.link(f"/units/{row['unit']}")}  # fmt: skip
    return shown | {"self": call.link(path)}


def list_products(call: Call) -> Answer:
    return _page(call, list(call.agreement.reference("products").values()))


def unit_products(call: Call, key: str) -> Answer:
    unit = found(call, "units", key)["unitNumber"]
    return _page(call, [row for row in call.agreement.reference("products").values() if row.get("unit") == unit])


def _page(call: Call, rows: list[Row]) -> Answer:
    ordered = sorted(rows, key=lambda row: str(row["productNumber"]))
    find = listed(ordered, lambda row, name: row.get(name))
    return collection(call, find, lambda row: show(call, row), filterable=FILTERABLE, sortable=FILTERABLE,
                      create="Create a new product")  # fmt: skip


def get(call: Call, key: str) -> Answer:
    return Answer(200, show(call, found(call, "products", key)))


def create(call: Call) -> Answer:
    row = _read(call)
    number = row["productNumber"]
    if number in call.agreement.reference("products"):
        raise validation([entry("productNumber", f"Product '{number}' already exists.", "E06010", number)])
    put(call.agreement, "products", number, row)
    call.sandbox.webhooks.fire(call.agreement, "PRODUCT_UPDATED", None, number)
    shown = show(call, row)
    return Answer(201, shown, {"Location": shown["self"]})


def replace(call: Call, key: str) -> Answer:
    number = found(call, "products", key)["productNumber"]
    row = _read(call) | {"productNumber": number}
    put(call.agreement, "products", number, row)
    call.sandbox.webhooks.fire(call.agreement, "PRODUCT_UPDATED", number, number)
    return Answer(200, show(call, row))


def delete(call: Call, key: str) -> Answer:
    number = found(call, "products", key)["productNumber"]
    del call.agreement.reference("products")[number]
    call.sandbox.webhooks.fire(call.agreement, "PRODUCT_UPDATED", number, None)
    return Answer(204)


def _read(call: Call) -> Row:
    body = rules.body_object(call, PATH)
    problems = []
    for name, longest in (("productNumber", 25), ("name", 300), ("description", 500)):
        if name in body:
            problems += rules.text_problems(name, body[name], longest, 0 if name == "description" else 1)
    if "salesPrice" in body:
        problems += rules.number_problems("salesPrice", body["salesPrice"])
    if "barred" in body:
        problems += rules.boolean_problems("barred", body["barred"])
    group = _number(body, "productGroup", "productGroupNumber")
    asked = {"productNumber": body.get("productNumber"), "name": body.get("name"), "productGroup": group}
    rules.refuse(call, problems, [name for name, value in asked.items() if value is None], PATH)
    unit = _number(body, "unit", "unitNumber")
    if unit is not None and str(unit) not in call.agreement.reference("units"):
        raise validation([entry("unit", f"Unit '{unit}' not found.", "E06000", unit)])
    plain = ("productNumber", "name", "description", "salesPrice", "barred")
    row = {name: body[name] for name in plain if name in body}
    return row | {"productGroup": group, "unit": unit, "lastUpdated": call.sandbox.timestamp()}


def _number(body: Row, name: str, key: str) -> int | None:
    value = body.get(name)
    return value.get(key) if isinstance(value, dict) else None


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/products"): list_products,
    ("POST", "/products"): create,
    ("GET", "/products/<key>"): get,
    ("PUT", "/products/<key>"): replace,
    ("DELETE", "/products/<key>"): delete,
    ("GET", "/units/<key>/products"): unit_products,
}
