import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.redaction import Redactor, load_policy, scan, tables

SECRET = "qXI6fpFC2-v1R31jXwf-zzkJ7xQ2mZp9vR4tWsABCDEFGH0123456789ab_dEfGhIjKlMnOp"
FERNET = "gAAAAABm" + "aB3_-xYz" * 20
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI3YzFmIn0" + "aB3xYz" * 9 + ".c2lnbmF0dXJl"


def table(rows: list[list[str]], width: int) -> str:
    """As cliff prints it with --max-width."""
    out = []
    for row in rows:
        columns = [textwrap.wrap(cell, width) or [""] for cell in row]
        for line in range(max(map(len, columns))):
            cells = [column[line] if line < len(column) else "" for column in columns]
            out.append("| " + " | ".join(cell.ljust(width) for cell in cells) + " |")
    border = "+".join(["", *["-" * (width + 2)] * len(rows[0]), ""])
    return "\n".join([border, *out, border]) + "\n"


LAYOUTS = [
    [["project_id", "abc"], ["secret", "{}"], ["user_id", "def"]],
    [["{}", "a-name", "x"], ["row2", "name2", "y"]],
    [["a-name", "{}", "x"], ["row2", "name2", "y"]],
    [["secret", "http://h/?x={}"]],
]


def _pieces_left(text: str, secret: str) -> set[str]:
    return {secret[i : i + 8] for i in range(len(secret) - 7)} & {text[i : i + 8] for i in range(len(text))}


@pytest.mark.parametrize("width", [12, 20, 33, 60])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("secret", [SECRET, "a pass phrase of several-long words&signs", FERNET])
def test_a_known_secret_goes_from_all_rows_of_a_cell(
    secret: str, layout: list[list[str]], width: int
) -> None:
    redactor = Redactor(load_policy())
    redactor.learn("secret", secret)
    sent = table([[cell.format(secret) for cell in row] for row in layout], width)
    assert redactor.known.find(sent)
    assert scan(sent, known=redactor.known)
    text = redactor.text(sent)
    if width > 12 or " " not in secret:
        assert not _pieces_left(text, secret)
    assert not scan(text, known=redactor.known)
    assert all(cell in text for row in layout for cell in row if "{}" not in cell and len(cell) <= width)


def test_a_known_secret_goes_where_its_neighbours_go_on_too() -> None:
    redactor = Redactor(load_policy())
    redactor.learn("secret", SECRET)
    text = redactor.text(table([["x" * 50, SECRET, "y" * 50]], 20))
    assert not _pieces_left(text, SECRET)
    assert (text.count("x"), text.count("y")) == (50, 50)


@pytest.mark.parametrize("token", [FERNET, JWT])
@pytest.mark.parametrize("width", [12, 20, 33, 60])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_token_goes_from_all_rows_of_a_cell(token: str, layout: list[list[str]], width: int) -> None:
    sent = table([[cell.format(token) for cell in row] for row in layout], width)
    assert scan(sent)
    redactor = Redactor(load_policy())
    text = redactor.text(sent)
    assert not _pieces_left(text, token)
    assert redactor.text(token) == "<token-1>"
    assert all(cell in text for row in layout for cell in row if "{}" not in cell and len(cell) <= width)


def test_a_known_secret_goes_from_wrapped_lines() -> None:
    for between in ("\n", "\r\n    ", "  \n\t"):
        redactor = Redactor(load_policy())
        redactor.learn("secret", SECRET)
        assert redactor.text(f"is {SECRET[:20]}{between}{SECRET[20:]}.") == "is <secret-1>."


@given(st.text(alphabet="| ab\t\n\r\x0b\x85", max_size=40))
def test_the_rows_are_those_of_a_look_at_every_line(text: str) -> None:
    found = [match.span() for match in tables._rows(text)]
    assert found == [match.span() for match in tables._ROW.finditer(text)]
