import base64
import textwrap
import time
from urllib.parse import quote

import pytest
import yaml

from tracer.redaction import KnownSecrets, Redactor, load_policy

SECRET = "kJ7xQ2mZp9vR4tWs"


def _known(*values: str) -> KnownSecrets:
    known = KnownSecrets()
    for value in values:
        known.add("password", value)
    return known


def test_nothing_is_known_at_first() -> None:
    assert _known().find(SECRET) == []
    assert len(_known("", "<token-1>", "<removed>")) == 0
    assert repr(_known(SECRET)) == "<KnownSecrets: 1 values>"


def test_only_the_secret_goes() -> None:
    assert _known(SECRET).replace(f"a{SECRET}b {SECRET}") == ("a<password-1>b <password-1>", 2)


def test_base64_goes_with_the_characters_that_share_its_bits() -> None:
    for before in (b"", b"u", b"us", b"usr"):
        for after in (b"", b"x", b"xy", b"xyz"):
            text = base64.b64encode(before + SECRET.encode() + after).decode()
            new, times = _known(SECRET).replace(f"({text})")
            assert times == 1
            left, _, right = new.strip("()").partition("<password-1>")
            assert text.startswith(left)
            assert text.endswith(right)
            assert after or not right
            # What is left holds bits of the neighbours alone (6 a character, 8 a byte) and of the end.
            assert len(left) * 6 <= len(before) * 8
            assert len(right.rstrip("=")) * 6 < len(after) * 8 + 6


def test_base64_that_is_wrapped_or_escaped() -> None:
    long = SECRET * 12
    text = base64.b64encode(b"user:" + long.encode()).decode()
    for wrapped in (
        textwrap.fill(text, 64),
        textwrap.indent(textwrap.fill(text, 76), "    "),
        textwrap.fill(text, 64).replace("\n", "\\n"),
        quote(text, safe=""),
    ):
        new, times = _known(long).replace(wrapped)
        assert times == 1
        assert len(new) < 40


@pytest.mark.parametrize(
    "value", ["pass word with spaces", "it's a 'quoted' one", "two\nlines of it", "tab\tand\\slash"]
)
@pytest.mark.parametrize("style", [None, "'", '"', "|", ">"])
def test_yaml_in_every_style(value: str, style: str | None) -> None:
    document = {"a": {"b": ["x" * 70 + " " + value + " and more text that makes the line long"]}}
    text = yaml.safe_dump(document, default_style=style, width=60)
    assert _known(value).find(text)


def test_hexadecimal_digits_have_no_case() -> None:
    digits = SECRET.encode().hex()
    assert _known(SECRET).replace(f"{digits} {digits.upper()}") == ("<password-1> <password-1>", 2)


def test_blanks_are_plus_signs_in_a_form() -> None:
    assert _known("correct horse staple").replace("p=correct+horse+staple&q=1") == ("p=<password-1>&q=1", 1)


def test_hits_that_overlap_are_one() -> None:
    known = _known("abcdefgh1234", "gh1234ijklmn")
    assert known.replace("-abcdefgh1234ijklmn-") == ("-<password-1>-", 1)


def test_a_pseudonym_is_never_torn() -> None:
    known = _known("password-1", "<password-1>", "assword-12")
    assert known.find("<password-1> <password-12>") == []
    assert _known("user-data-1").find("<user-data-1>") == []


def test_bytes() -> None:
    data = b"\x89PNG\0" + SECRET.encode() + b"\xff" + base64.b64encode(b"x" + SECRET.encode())
    assert len(_known(SECRET).find_bytes(data)) == 2
    assert _known("pässwörd-ünlucky").find_bytes("\0pässwörd-ünlucky".encode()) == [1]
    assert _known(SECRET).find_bytes(b"\x89PNG") == []


def test_a_secret_of_bytes_that_are_no_text() -> None:
    raw = bytes(range(128, 160))
    known = _known(raw.decode("utf-8", "surrogateescape"))
    assert known.find(base64.b64encode(raw).decode())
    assert known.find_bytes(b"x" + raw) == [1]


def test_many_secrets_cost_no_more_than_few() -> None:
    known = KnownSecrets()
    for number in range(2000):
        known.add("url", f"file:///images/{number:08x}-{number * 7919:x}")
    text = "lorem ipsum dolor sit amet " * 2400 + "file:///images/00000007-d889 file:///images/x"
    start = time.process_time()
    assert known.replace(text)[0].endswith("<url-1> file:///images/x")
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "piece",
    [
        "a://b:",
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA",
        "eyJ",
        "<a:Assertion ",
        "<Assertion a='b'>",
        "<input name=token ",
        '"token":{',
        '"password":"',
        '\\"password\\":\\"',
        "X-Auth-Token:",
        "?token=",
        'form-data; name="password"\r\na',
        "--password ",
        "OS_PASSWORD=",
        "<password>",
        "<password><![CDATA[",
        "name: password\n",
        '{"name": "password", ',
        "hidden: true\n",
        "{hidden: true, ",
        "OS::Heat::RandomString ",
        "password: |\n ",
        "token=f(",
        "%22password%22",
        "&quot;password&quot;:",
        'password="',
        "Cookie: ",
        "QUJD",
        "a",
        "\\",
        "-",
        " ",
    ],
)
def test_hostile_text_costs_the_redactor_no_more_than_its_length(piece: str) -> None:
    start = time.process_time()
    Redactor(load_policy()).text(piece * (100_000 // len(piece)))
    assert time.process_time() - start < 5


def test_hostile_text_costs_no_more_than_its_length() -> None:
    known = _known(SECRET, "with some spaces", "it's quoted")
    for text in (
        "\\" * 100_000,
        "%41" * 40_000,
        "&#65;" * 30_000,
        "\n" * 100_000,
        "'" * 100_000,
        "<a-1" * 30_000,
    ):
        start = time.process_time()
        assert known.find(text) == []
        assert time.process_time() - start < 3


def _cost(piece: str, size: int) -> float:
    text = (piece * (size // len(piece) + 1))[:size]
    best = 60.0
    for _ in range(3):
        redactor = Redactor(load_policy())
        redactor.learn("password", "S3cr3t+Long/Random=%pass")
        redactor.learn("token", "it's a 'quoted' one")
        start = time.process_time()
        redactor.text(text)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize(
    "piece",
    [
        "\\\\%5c&amp;#59;\n ",
        "<Assertion ",
        'password="',
        "x-auth-token: ",
        "--password ",
        "| a | b |\n",
        "gAAAA|\n|",
        "{'\\'",
        '[{"a":',
        "/gAAAAaB3xYzaB3xYzaB3xYzaB3",
        '"access":"x",',
        '"secret":"x","access":"y",',
        "  r:\n    type: OS::Heat::RandomString\n",
        "  p:\n    hidden: true\n    default: x\n",
        "kind: Secret\ndata: {a: b}\n",
        '{"kind": "Secret", "data": ',
        '{"op": "add", "path": "/driver_info/x", "value": ',
        "mysql://u:a/b@",
        " ",
        " |",
    ],
)
def test_the_cost_does_not_grow_with_the_square_of_the_text(piece: str) -> None:
    _cost(piece, 1000)
    # What is quadratic costs 256 times as much for sixteen times the text; a busy machine is not that slow.
    assert _cost(piece, 160_000) < 16 * 5 * _cost(piece, 10_000) + 0.05


def test_a_text_full_of_escapes_has_few_views() -> None:
    from tracer.redaction.encodings import views

    text = "\\\\%5c&amp;#59;\n " * 70_000
    assert sum(len(view.text) for view in views(text, quotes=True, spaces=True)) < 16 * len(text)
    kinds = r"a\u0041%2541&amp;lt;#35;65;'\'' \\u0025\\u0032 %5Cu0041 &#92;u0041 &#37;41 %26lt;%23 35; b"
    deeper = r"%5C%75%30%30%34%31 &#x25;35%26%2365; &amp;#37; %2526amp; #37;41 #92;n \u0026amp; \u0023 37;"
    assert len(list(views(f"{kinds}\n{deeper}", quotes=True, spaces=False))) <= 24


@pytest.mark.parametrize("value", [": <token-1>", "'<key-1>'", "\t<removed> "])
def test_a_pseudonym_in_a_value_is_not_searched_for(value: str) -> None:
    known = KnownSecrets()
    known.add("password", value)
    assert known.find("a <token-1> <key-1> <removed>") == []
