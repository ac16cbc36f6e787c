"""Reads back a workbook that the app has made."""

import io
import zipfile
from xml.etree import ElementTree

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells_of(file: bytes) -> list[str]:
    """The texts of an XLSX, cell by cell."""
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        sheet = ElementTree.fromstring(packed.read("xl/worksheets/sheet1.xml"))
        return [part.text or "" for part in sheet.iter(SHEET + "t")]
