"""Two thousand texts that somewhere would be more than text, in classes by what they count on (WEB-7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle, islice, product

EACH = 156
"""Texts of each class."""

OPENED = (
    "'", '"', "')", '")', "1", "1)", "'))", "`", "\\'", "х'", "ʼ", "＇", "%'", "99074000000", "мектеп' ",
)  # fmt: skip
"""How one leaves what stands around a text; also with signs that databases turn into an apostrophe."""

CLOSED = ("", "--", "-- -", "#", "/*", ";", "'", '"', ")", "%", "\\", "\x00")
"""How one hides what follows it."""

BODIES: Mapping[str, Sequence[str]] = {
    "quote": (
        "'", '"', "`", "\\", "''", '""', "';--", "'\"", "\\'", "\\\\'", "' '", "«'»", "admin'", "´",
    ),
    "comment": (
        "--", "-- x", "#", "/*", "*/", "/**/", "/*!50000 1*/", "--+", "admin'/*", "-- \n1", "<!--", "REM 1",
    ),
    "union": (
        " UNION SELECT NULL", " UNION SELECT 1,2,3", " UNION ALL SELECT cookie_hash FROM signed_in",
        " UNION SELECT sql FROM sqlite_master", " UNION SELECT version()", " EXCEPT SELECT 1",
        " UNION SELECT table_name FROM information_schema.tables", " UNION VALUES(1)", " INTERSECT SELECT 1",
        " UNION SELECT password_hash FROM person", "/**/UNION/**/SELECT/**/1", " UnIoN SeLeCt 1",
    ),
    "condition": (
        " OR 1=1", " OR '1'='1", ' OR "1"="1', " AND 1=2", " OR TRUE", " OR 1 LIKE 1", " OR 1 IN (1)",
        " || '1'='1", " OR EXISTS(SELECT 1)", " OR NOT 0", " OR 1 BETWEEN 0 AND 2", 
        " OR 1=1 LIMIT 1 OFFSET 1", " OR (SELECT COUNT(*) FROM person) > 0", 
        " AND abs(-9223372036854775808)", " AND CAST('x' AS int)=1",
    ),
    "statement": (
        "; DROP TABLE school", "; DROP TABLE need", "; DELETE FROM contract_line", "; COMMIT", "; VACUUM",
        "; UPDATE person SET role='admin'", "; INSERT INTO journal DEFAULT VALUES", "; PRAGMA foreign_keys=0",
        "; ATTACH DATABASE 'x' AS x", "; COPY school TO '/x'", "; SET ROLE postgres", "; SELECT 1/0",
    ),
    "waiting": (
        "; SELECT pg_sleep(60)", " || pg_sleep(60) || '", " OR (SELECT 1 FROM pg_sleep(60))=1",
        " OR randomblob(2000000000) > 0", " OR zeroblob(2000000000) > 0", " WAITFOR DELAY '0:1:0'",
        " AND (SELECT 1 FROM (SELECT SLEEP(60))x)", "; BENCHMARK(1000000000,MD5(1))",
        " OR LIKE('ABCDEFG',UPPER(HEX(RANDOMBLOB(900000000))))", " OR pg_sleep(60) IS NULL",
        " OR (WITH RECURSIVE n AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n) > 0",
        " OR (SELECT count(*) FROM generate_series(1,1000000000)) > 0",
    ),
    "pattern": (
        "%", "_", "%%%", "__", "[a-z]%", "\\%", "\\_", "*", "?", ".*", "(a+)+$", "^", "{1,9}",
        "%' ESCAPE '%", " SIMILAR TO '%'", " GLOB '*'",
    ),
    "control": (
        "\x00", "\x00x", "\r\n", "\nSet-Cookie: x=y", "\x1b[31m", "\u2028", "\u202e", "\u200b", "\ufeff",
        "\x7f", "\x08", "\t", "\x1a", "\x85", "\ufffe", "\U0001f3eb",
    ),
    "encoded": (
        "%27", "%2527", "%c0%a7", "%u0027", "&#39;", "&apos;", "\\u0027", "\\x27", "+", "%00", "0x27",
        "=?utf-8?q?=27?=", "%EF%BC%87", "char(39)", "chr(39)", "U&'\\0027'", "%27%20OR%201=1",
    ),
    "template": (
        "${7*7}", "{{7*7}}", "#{7*7}", "<%= 7*7 %>", "{% print 7 %}", "%s", "%(name)s", "{0}", "{name!r}",
        "{0.__class__}", ":name", "?1", "$1", "@x", "%n%n", "*{7*7}",
    ),
    "structure": (
        '{"$ne": null}', '{"a":[]}', "[]", "null", "true", "<a/>", "<!DOCTYPE x>", "*)(uid=*", "(&(x=*))",
        " or name()='x", "]]>", "!!python/object:x", "a[]=1", "{}", "$where", ",", ";", "=",
    ),
    "path": (
        "../../x", "..\\..\\x", "/etc/passwd", "file:///x", "C:\\x", "..%2f", "%2e%2e/", "....//", "; ls",
        "| id", "$(id)", "`id`", "&& id", "\\\\host\\x", "con", "~root", "//evil.example", "x\x00.csv",
    ),
    "number": (
        "²", "٣", "-1", "1e999", "NaN", "Infinity", "0x10", "1_0", "99999999999999999999", "9" * 400, "-0",
        "0000-00-00", "2027-02-30", "9999-12-31", "0001-01-01", "1:2:3", "2027-01-01T25:00:00Z", " ",
    ),
}  # fmt: skip


def _made(bodies: Sequence[str]) -> tuple[str, ...]:
    """The texts as they stand, then out of each of the places in which they might come to lie."""
    closed = cycle(CLOSED)
    inside = (opened + body + next(closed) for opened, body in product(OPENED, bodies))
    return tuple(islice(dict.fromkeys((*bodies, *inside)), EACH))


CLASSES: Mapping[str, tuple[str, ...]] = {name: _made(bodies) for name, bodies in BODIES.items()}

ROWS = tuple(zip(*CLASSES.values(), strict=True))
"""One text of each class; all rows together hold every text."""

PAYLOADS = tuple(dict.fromkeys(text for row in ROWS for text in row))
