"""Maps of passwords in settings and programs: every value in them is a secret."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.redaction.text_forms import NESTINGS, assert_removed
from tracer.redaction import Redactor, load_policy

if TYPE_CHECKING:
    from collections.abc import Callable

POLICY = load_policy()
VALUE = "kJ7xQ2"  # too short to be searched for
STAYS = ("first-neighbour", "second-neighbour")

MAPS: dict[str, Callable[[str, str], str]] = {
    "ini": lambda n, v: (
        f"[a]\nb = {STAYS[0]}\n[{n}]\nroot = {v}\n\n# note\nadmin = {v}\n[c]\nd = {STAYS[1]}\n"
    ),
    "ini, at the end": lambda n, v: f"a = {STAYS[0]}\n[b]\nc: {STAYS[1]}\n[{n}]\nroot={v}",
    "TOML": lambda n, v: f'a = "{STAYS[0]}"\n[db.{n}]\nroot = "{v}"\n[[b]]\nc = "{STAYS[1]}"\n',
    "TOML, inline": lambda n, v: f'a = "{STAYS[0]}"\n{n} = {{root = "{v}", b = "{v}"}}\nb = "{STAYS[1]}"\n',
    "TOML, dotted": lambda n, v: f'a = "{STAYS[0]}"\n{n}.root = "{v}"\nb = "{STAYS[1]}"\n',
    "Python": lambda n, v: (
        f"a = '{STAYS[0]}'\n{n} = {{'root': '{v}', 'b': {{'c': '{v}'}}}}\nb = '{STAYS[1]}'\n"
    ),
    "Python, laid out": lambda n, v: (
        f"a = '{STAYS[0]}'\n{n} = {{\n    'root': '{v}',\n}}\nb = '{STAYS[1]}'\n"
    ),
    "Python call": lambda n, v: f"{n} = dict(root='{v}', b='{v}')\nf(a='{STAYS[0]}', b='{STAYS[1]}')\n",
    "Python, subscript": lambda n, v: f"a = '{STAYS[0]}'\n{n}['root'] = '{v}'\nb = '{STAYS[1]}'\n",
    "PHP": lambda n, v: f'$a = "{STAYS[0]}"; ${n} = array("root" => "{v}"); $b = "{STAYS[1]}";',
    "PHP, brackets": lambda n, v: f'$a = "{STAYS[0]}"; ${n} = ["root" => "{v}"]; $b = "{STAYS[1]}";',
    "PHP, subscript": lambda n, v: f'$a = "{STAYS[0]}"; ${n}["root"] = "{v}"; $b = "{STAYS[1]}";',
    "Ruby": lambda n, v: f'{{ :a => "{STAYS[0]}", "{n}" => {{ :root => "{v}" }}, "b" => "{STAYS[1]}" }}',
    "shell": lambda n, v: f"A={STAYS[0]}\n{n}[root]={v}\nB={STAYS[1]}\n",
    "shell, array": lambda n, v: f"a={STAYS[0]}\ndeclare -A {n}=([root]={v} [b]='{v}')\nb={STAYS[1]}\n",
    "XML, prefix": lambda n, v: (
        f"<a>{STAYS[0]}</a><p:{n} x='y'>\n <root>{v}</root>\n</p:{n}><b>{STAYS[1]}</b>"
    ),
    "XML": lambda n, v: f"<a>{STAYS[0]}</a><{n}><root>{v}</root>\n<b>{v}</b></{n}><b>{STAYS[1]}</b>",
}


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("form", MAPS)
@pytest.mark.parametrize("name", ["passwords", "db_passwords"])
def test_a_map_of_passwords_is_found_in_any_form(name: str, form: str, nesting: str) -> None:
    assert_removed(NESTINGS[nesting](MAPS[form](name, VALUE)), VALUE, STAYS)


@pytest.mark.parametrize(
    "text",
    [
        "passwords.append(x)\n",
        "see passwords.rst: it tells all\n",
        "[passwords]\n# none yet\n",
        "passwords = {}\n",
    ],
)
def test_what_is_no_map_stays(text: str) -> None:
    assert Redactor(POLICY).text(text) == text


@pytest.mark.parametrize(
    "unit",
    [
        "[passwords]\na = b\n",
        "passwords = {a = b\n",
        "passwords={passwords={",
        "passwords=(a=b ",
        "<passwords><a>b</a>",
        '$passwords["a"]=b; ',
    ],
)
def test_maps_are_read_in_linear_time(unit: str) -> None:
    text = unit * (250_000 // len(unit))
    start = time.process_time()
    Redactor(POLICY).text(text)
    assert time.process_time() - start < 12
