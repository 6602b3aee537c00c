"""Passwords in connection strings: URLs of databases and brokers, and data source names."""

from __future__ import annotations

import json
import time

import pytest

from tests.redaction.canaries import as_json, exchange
from tracer.redaction import Redactor, load_policy, scan

POLICY = load_policy()
PASSWORDS = ["kJ7xQ2", "kJ7/xQ2", "kJ7@xQ2", "xQ2/@kJ7", "kJ7:xQ2", "kJ7,xQ2", "7/xQ2kJ"]
FORMS = [
    "mysql://u:{}@h",
    "connection = mysql+pymysql://u:{}@192.0.2.7:3306/db?charset=utf8\n",
    "redis://:{}@h:6379/0",
    "jdbc:postgresql://u:{}@h/db",
    "rabbit://u:{}@h1:5672,v:{}@h2:5672,w:{}@[2001:db8::7]:5672/vhost",
    "u:{}@tcp(h:3306)/db?parseTime=true",
    "dsn: u:{}@unix(/run/mysqld/mysqld.sock)/db\n",
    "DSN=u:{}@tcp([2001:db8::7]:3306)/db",
    "u:{}@(h)/",
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("password", PASSWORDS)
def test_a_password_in_a_connection_string_goes_as_a_whole(password: str, form: str) -> None:
    text = form.format(password, password, password)
    for sent in (text, f'x = "{text}"', json.dumps({"x": json.dumps({"y": text})})):
        kept = Redactor(POLICY).text(sent)
        assert not [piece for piece in ("kJ7", "xQ2") if piece in kept]
        assert scan(kept) == []
    redacted = Redactor(POLICY).exchange(exchange(body=as_json({"x": text})))
    assert "kJ7" not in str(redacted)
    assert "xQ2" not in str(redacted)


@pytest.mark.parametrize(
    "text",
    [
        "http://u:kJ7/xQ2@proxy:3128",
        "jdbc:oracle:thin:u/kJ7xQ2@//h:1521/x",
        "jdbc:oracle:thin:u/kJ7xQ2@h:1521:x",
        "mysql%3A%2F%2Fu%3Ap%2FkJ7xQ2%40h%2Fdb",
        "mysql:\\/\\/u:p\\/kJ7xQ2@h\\/db",
        "mysql://u:p@ss/kJ7xQ2@h/db",
        '{"x":"http://u:\\u00fckJ7xQ2@h/d"}',
        '{"x":"http://\\u00fc:kJ7xQ2@h/d"}',
        "mysql://u:p?kJ7#xQ2@h/db",
    ],
)
def test_other_ways_to_write_a_connection(text: str) -> None:
    kept = Redactor(POLICY).text(text)
    assert "kJ7" not in kept
    assert "xQ2" not in kept


@pytest.mark.parametrize(
    "text",
    [
        "http://h:8080/x@y",
        "http://[2001:db8::7]:80/a@b",
        "docker://r:5000/img@sha256:ab",
        "see http://h:80/doc, or write to me@x.org",
        "http://h/?u=http%3A%2F%2Fh2%3A80%2Fx%40y",
        "x:y@foo(bar)",
        "jdbc:mysql://h:3306/db",
    ],
)
def test_what_is_no_password_stays(text: str) -> None:
    assert Redactor(POLICY).text(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("http://u:kJ7xQ2@h/v1/me@x.org", "http://u:<password-1>@h/v1/me@x.org"),
        ("mysql://u:kJ7xQ2@h/db?x=a@b", "mysql://u:<password-1>@h/db?x=a@b"),
        ("amqp://u:kJ7xQ2@h1,v:xQ2kJ7@h2/v", "amqp://u:<password-1>@h1,v:<password-2>@h2/v"),
    ],
)
def test_what_stands_around_the_password_stays(text: str, kept: str) -> None:
    assert Redactor(POLICY).text(text) == kept


@pytest.mark.parametrize(
    "unit", ["x://a:b", "x://a:b@h/", "x://a:/b/@", "a:b@", "a:", "%3A%2F%2Fa%3Ab", "@h,u:p", "x://a:@h@"]
)
def test_connection_strings_are_read_in_linear_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit)) + "@tcp(h)/ http://h"
    scan("x")
    start = time.process_time()
    scan(text)
    assert time.process_time() - start < 4
