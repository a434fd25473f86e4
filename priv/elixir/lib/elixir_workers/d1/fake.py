"""The SQLite behind ElixirWorkers.D1.Fake: questions and answers are JSON, each with its length in four bytes in front.

    {"statements": [[sql, [param]]]}  one transaction   -> {"ok": [{"columns", "rows", "meta"}]}
    {"script": sql}                                     -> {"ok": null}
    {"bookmark": true}                                  -> {"ok": text or null}
    any failure                                         -> {"error": {"code", "message"}}

A param or a cell that is a BLOB is {"blob": base64}. It ends when its input does.
"""

import base64
import json
import sqlite3
import struct
import sys
import time

MAX_SAFE_INTEGER = 2**53 - 1


class Database:
    """One connection, and what has been done on it."""

    def __init__(self):
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.statements_run = 0

    def answer(self, question):
        """The answer to a question; never raises for what SQLite refuses."""
        try:
            return {"ok": self._answer(question)}
        except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
            code = "constraint" if isinstance(error, sqlite3.IntegrityError) else "failed"
            return {"error": {"code": code, "message": "D1_ERROR: " + str(error)}}

    def _answer(self, question):
        if "script" in question:
            self.connection.executescript(question["script"])
            return None
        if "bookmark" in question:
            return f"{self.statements_run:08x}-fake" if self.statements_run else None
        return self._batch(question["statements"])

    def _batch(self, statements):
        self.connection.execute("BEGIN")
        try:
            results = [self._run(sql, params) for sql, params in statements]
            self.connection.execute("COMMIT")
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        return results

    def _run(self, sql, params):
        start = time.monotonic()
        changes_before = self.connection.total_changes
        cursor = self.connection.execute(sql, [to_sqlite(param) for param in params])
        rows = [[from_sqlite(cell) for cell in row] for row in cursor.fetchall()]
        self.statements_run += 1
        (last_row_id,) = self.connection.execute("SELECT last_insert_rowid()").fetchone()
        changes = self.connection.total_changes - changes_before
        duration_ms = (time.monotonic() - start) * 1000
        columns = [column[0] for column in cursor.description or ()]
        return {"columns": columns, "rows": rows, "meta": [changes, last_row_id, duration_ms, 0, 0]}


def to_sqlite(param):
    """A parameter as sqlite3 takes it."""
    return base64.b64decode(param["blob"]) if isinstance(param, dict) else param


def from_sqlite(cell):
    """As it comes out of D1: through a JavaScript number."""
    if isinstance(cell, bytes):
        return {"blob": base64.b64encode(cell).decode()}
    if isinstance(cell, int) and abs(cell) > MAX_SAFE_INTEGER:
        return float(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) <= MAX_SAFE_INTEGER:
        return int(cell)
    return cell


def read_exactly(size):
    """So many bytes of stdin, None at its end."""
    data = sys.stdin.buffer.read(size)
    return data if len(data) == size else None


def main():
    """Answers until stdin ends."""
    database = Database()
    while True:
        header = read_exactly(4)
        if header is None:
            return
        question = read_exactly(struct.unpack(">I", header)[0])
        if question is None:
            return
        answer = json.dumps(database.answer(json.loads(question))).encode()
        sys.stdout.buffer.write(struct.pack(">I", len(answer)) + answer)
        sys.stdout.buffer.flush()


main()
