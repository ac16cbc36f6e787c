"""Keeps the sandbox's whole state: in memory, and written through to one SQLite file when a path is given."""

import json
import sqlite3
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Store:
    """Named tables of JSON rows; what a table holds has reached the file when the outermost `writing()` ends."""

    def __init__(self, path: Path | None = None) -> None:
        self.lock = threading.RLock()
        self._depth = 0
        self._tables: dict[str, Table] = {}
        self._file = _open(path) if path else None

    def table(self, name: str) -> "Table":
        """The table of this name, filled with what the file holds for it."""
        with self.lock:
            if name not in self._tables:
                self._tables[name] = Table(self, name, self._rows(name))
            return self._tables[name]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the state still, and commit once at the end, also after an error: memory and file must agree."""
        with self.lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._file and not self._depth:
                    self._file.commit()

    def write(self, table: str, key: str, row: Any) -> None:
        """Carry one changed row, or a removed one (None), to the file."""
        if self._file is None:
            return
        with self.writing():
            if row is None:
                self._file.execute("DELETE FROM kept WHERE place = ? AND key = ?", (table, key))
            else:
                text = json.dumps(row, ensure_ascii=False)
                self._file.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (table, key, text))

    def close(self) -> None:
        """Let go of the file."""
        if self._file:
            self._file.close()
            self._file = None

    def _rows(self, name: str) -> dict[str, Any]:
        if self._file is None:
            return {}
        found = self._file.execute("SELECT key, row FROM kept WHERE place = ? ORDER BY rowid", (name,))
        return {key: json.loads(text) for key, text in found}


class Table(MutableMapping[str, Any]):
    """One table; its rows are replaced, never changed in place."""

    def __init__(self, store: Store, name: str, rows: dict[str, Any]) -> None:
        self._store, self._name, self._rows = store, name, rows

    def __getitem__(self, key: str) -> Any:
        return self._rows[key]

    def __setitem__(self, key: str, row: Any) -> None:
        with self._store.lock:
            self._rows[key] = row
            self._store.write(self._name, key, row)

    def __delitem__(self, key: str) -> None:
        with self._store.lock:
            del self._rows[key]
            self._store.write(self._name, key, None)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._rows))

    def __len__(self) -> int:
        return len(self._rows)


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = sqlite3.connect(path, check_same_thread=False)
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = NORMAL")
    file.execute("CREATE TABLE IF NOT EXISTS kept (place TEXT, key TEXT, row TEXT, PRIMARY KEY (place, key))")
    file.commit()
    return file
