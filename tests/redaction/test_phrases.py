"""Secrets in phrases of their own: lists of chpasswd, SQL, messages of services."""

from __future__ import annotations

import json

import pytest

from tests.redaction.canaries import as_json, as_text, exchange
from tracer.redaction import Redactor, load_policy, scan

POLICY = load_policy()
VALUE = "kJ7xQ2"  # too short to be searched for
LONGER = "kJ7xQ2mZp9vR4tWs"
PHRASES = [
    f"#cloud-config\nchpasswd:\n  list: |\n    root:{VALUE}\n    bob:{VALUE}\n  expire: false\n",
    f"chpasswd:\n  list:\n    - root:{VALUE}\n    - 'bob:{VALUE}'\n  expire: false\n",
    f"chpasswd:\n  expire: false\n  list: |\n    root:{VALUE}\n",
    f"echo root:{VALUE} | chpasswd\n",
    f"echo 'root:{VALUE}' | sudo /usr/sbin/chpasswd\n",
    f"GRANT ALL ON nova.* TO 'nova'@'%' IDENTIFIED BY '{VALUE}';",
    f"ALTER USER x IDENTIFIED WITH mysql_native_password AS '{VALUE}'",
    f"CREATE USER nova WITH PASSWORD '{VALUE}';",
    f"Invalid input for field/attribute adminPass. Value: {VALUE}. '{VALUE}' is too short",
    f"The password '{VALUE}' is too short",
    f"Could not find token, {VALUE}.",
]


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_secret_in_a_phrase_is_removed(phrase: str) -> None:
    kept = Redactor(POLICY).exchange(
        exchange(
            method="POST", body=as_text(phrase), answer=as_json({"m": phrase, "n": json.dumps([phrase])})
        )
    )
    assert VALUE not in str(kept)
    assert scan(phrase.replace(VALUE, LONGER))
    assert scan(Redactor(POLICY).text(phrase)) == []


@pytest.mark.parametrize(
    "document",
    [
        {"auths": {"registry.example.org": {"auth": VALUE}}},
        {"chpasswd": {"list": f"root:{VALUE}\nbob:{VALUE}", "expire": False}},
        {"chpasswd": {"list": [f"root:{VALUE}"]}},
    ],
)
def test_a_secret_at_such_a_place_of_a_document_is_removed(document: object) -> None:
    assert VALUE not in str(Redactor(POLICY).exchange(exchange(body=as_json(document))))


@pytest.mark.parametrize(
    "phrase",
    [
        "the password 'changeme' of the manual",
        "chpasswd:\n  expire: false\n",
        "identified by its name",
        "Invalid input for field/attribute name. Value: x1y2z3. 'x1y2z3' is too short",
        "Could not find token.",
    ],
)
def test_other_phrases_stay(phrase: str) -> None:
    assert Redactor(POLICY).text(phrase) == phrase
