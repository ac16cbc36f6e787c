"""The legacy REST service."""

from webapp.sandbox.calls import Call, Routes
from webapp.sandbox.errors import ApiError
from webapp.sandbox.rest import children, customers, invoices, lists, products, root, terms

_PARTS = (root, customers, children, invoices, lists, terms, products)
ROUTES = Routes(*(part.ROUTES for part in _PARTS))

# What an app needs one of these roles for.
SALES_ONLY = ("customers", "customer-groups", "self", "employees")


def check_role(call: Call) -> None:
    """Refuse what the app's roles do not cover."""
    first = call.path.strip("/").split("/")[0].lower()
    if first in SALES_ONLY and not {"SuperUser", "Sales"} & set(call.app["roles"]):
        hint = "The app needs the role SuperUser or Sales."
        raise ApiError(403, "Access denied.", hint=hint, newer_code="AccessDenied")
