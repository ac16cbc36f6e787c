"""A disk that changes what was stored: one byte of a table's first page is turned over, and back again."""

import sqlite3
from contextlib import closing
from pathlib import Path


def turn_over(file: Path, table: str) -> None:
    """Twice is as before. What is still in the log beside the file is written into it first."""
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = opened.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
        size = opened.execute("PRAGMA page_size").fetchone()[0]
    with file.open("r+b") as raw:
        raw.seek((page - 1) * size)
        kind = raw.read(1)[0]
        raw.seek((page - 1) * size)
        raw.write(bytes([kind ^ 0xFF]))
