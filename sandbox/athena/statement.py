"""Reads a stranger's SQL, whatever it is."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

LONGEST = 262_144
"""Bytes of a statement, as Athena documents it."""


class Unreadable(Exception):
    """The text isn't one statement; the message says why."""


def read_statement(sql: str, dialect: str) -> exp.Expr:
    """The one statement in *sql*; raises Unreadable."""
    if len(sql) > LONGEST:
        raise Unreadable(f"a statement may have {LONGEST} characters at most")
    try:
        sql.encode()
        found = [each for each in sqlglot.parse(sql, read=dialect) if each is not None]
    except (SqlglotError, UnicodeError) as error:
        raise Unreadable(str(error)) from None
    except RecursionError:
        raise Unreadable("the statement is nested too deeply") from None
    if len(found) != 1:
        raise Unreadable("only one statement can be run at a time")
    return found[0]
