"""The forms in which a text writes a name and a value beside it, and the texts that quote such a text."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable
from urllib.parse import quote

from tracer.redaction import Redactor, load_policy, scan

Form = Callable[[str, str], str]

BEFORE, BEHIND = "first-neighbour", "second-neighbour"
"""Values in each form that are no secrets."""


def _flow(name: str, value: str) -> str:
    return f"{{a: {BEFORE}, {name}: {value}, b: {BEHIND}}}"


# Forms in which a value may hold blanks.
SPACED: dict[str, Form] = {
    "YAML": lambda n, v: f"a: {BEFORE}\n{n}: {v}\nb: {BEHIND}\n",
    "YAML, indented": lambda n, v: f"x:\n  a: {BEFORE}\n  {n}: {v}  # comment\n  b: {BEHIND}\n",
    "YAML, in a list": lambda n, v: f"- a: {BEFORE}\n- {n}: {v}\n  b: {BEHIND}\n",
    "YAML, double quotes": lambda n, v: f'a: {BEFORE}\n{n}: "{v}"\nb: {BEHIND}\n',
    "YAML, single quotes": lambda n, v: f"a: {BEFORE}\n{n}: '{v}'\nb: {BEHIND}\n",
    "YAML, quoted name": lambda n, v: f'a: {BEFORE}\n"{n}": "{v}"\nb: {BEHIND}\n',
    "YAML, tag": lambda n, v: f'a: {BEFORE}\n{n}: !!str "{v}"\nb: {BEHIND}\n',
    "YAML, anchor": lambda n, v: f"a: {BEFORE}\n{n}: &it {v}\nb: {BEHIND}\n",
    "YAML, flow": _flow,
    "YAML, flow, quoted": lambda n, v: f"{{a: {BEFORE}, {n}: '{v}', b: {BEHIND}}}",
    "YAML, flow over lines": lambda n, v: f"{{\n  a: {BEFORE},\n  {n}: {v},\n  b: {BEHIND}\n}}",
    "YAML, block": lambda n, v: f"a: {BEFORE}\n{n}: |\n  {v}\nb: {BEHIND}\n",
    "YAML, block of lines": lambda n, v: f"x:\n  a: {BEFORE}\n  {n}: |-\n    {v}\n\n    {v}\n  b: {BEHIND}\n",
    "YAML, folded": lambda n, v: f"- a: {BEFORE}\n  {n}: >-\n     {v}\n  b: {BEHIND}\n",
    "YAML, going on": lambda n, v: f"a: {BEFORE}\n{n}: {v}\n  {v}\nb: {BEHIND}\n",
    "JSON": lambda n, v: json.dumps({"a": BEFORE, n: v, "b": BEHIND}),
    "JSON, laid out": lambda n, v: json.dumps({"a": BEFORE, n: v, "b": BEHIND}, indent=2),
    "JSON, cut off": lambda n, v: json.dumps({"a": BEFORE, "b": BEHIND, n: v})[:-2],
    "JSON, list": lambda n, v: json.dumps({"a": BEFORE, n: [v, v], "b": BEHIND}),
    "JSON5": lambda n, v: f"{{a: '{BEFORE}', '{n}': '{v}', b: '{BEHIND}'}}",
    "Python": lambda n, v: str({"a": BEFORE, n: v, "b": BEHIND}),
    "Python 2": lambda n, v: f"{{u'a': u'{BEFORE}', u'{n}': u'{v}', u'b': u'{BEHIND}'}}",
    "Python call": lambda n, v: f"f(a='{BEFORE}', {n}='{v}', b='{BEHIND}')",
    "ini": lambda n, v: f"[x]\na = {BEFORE}\n{n} = {v}\nb = {BEHIND}\n",
    "ini, comment": lambda n, v: f"a = {BEFORE}\n{n} = {v} ; comment\nb = {BEHIND}\n",
    "ini, quoted": lambda n, v: f'a = "{BEFORE}"\n{n} = "{v}"\nb = "{BEHIND}"\n',
    "TOML": lambda n, v: f'[x]\na = "{BEFORE}"\n"{n}" = "{v}"\nb = \'{BEHIND}\'\n',
    "TOML, lines": lambda n, v: f'a = "{BEFORE}"\n{n} = """\n{v}"""\nb = "{BEHIND}"\n',
    "TOML, inline": lambda n, v: f'x = {{ a = "{BEFORE}", {n} = "{v}", b = "{BEHIND}" }}\n',
    "shell": lambda n, v: f'export A={BEFORE}\nexport {n}="{v}"\nexport B={BEHIND}\n',
    "shell, single quotes": lambda n, v: f"A={BEFORE} {n}='{v}' command {BEHIND}\n",
    "shell, in pieces": lambda n, v: f"A={BEFORE}\nexport {n}='x'\"'\"'{v}'\nB={BEHIND}\n",
    "shell, in escaped pieces": lambda n, v: f"A={BEFORE} {n}='x'\\''{v}' command {BEHIND}\n",
    "shell, over lines": lambda n, v: f'A={BEFORE}\nexport {n}="x\n{v}"\nB={BEHIND}\n',
    "option, in pieces": lambda n, v: f"run --a {BEFORE} --{n} \"x\"'{v}' --b {BEHIND}",
    "fish": lambda n, v: f"set -gx A {BEFORE}\nset -gx {n} '{v}'\nset B {BEHIND}\n",
    "YAML, blank line in quotes": lambda n, v: f'a: {BEFORE}\n{n}: "x\n\n  {v}"\nb: {BEHIND}\n',
    "YAML, blank line": lambda n, v: f"a: {BEFORE}\n{n}: {v}\n\n  {v}\nb: {BEHIND}\n",
    "JSON, torn and escaped": lambda n, v: (
        json.dumps(json.dumps({"a": BEFORE, n: v, "b": BEHIND}))[8:-1]
        if v.isalnum()
        else json.dumps({"a": BEFORE, n: v, "b": BEHIND})
    ),
    "PHP": lambda n, v: f"$x = array('a' => '{BEFORE}', '{n}' => '{v}', 'b' => '{BEHIND}');",
    "PHP constant": lambda n, v: f"define('A', '{BEFORE}');\ndefine('{n}', '{v}');\ndefine('B', '{BEHIND}');",
    "Ruby": lambda n, v: f':a => "{BEFORE}", "{n}" => "{v}", :b => "{BEHIND}"',
    "subscript": lambda n, v: f"c['a'] = '{BEFORE}'\nc['{n}'] = '{v}'\nc['b'] = '{BEHIND}'\n",
    "XML": lambda n, v: f"<x><a>{BEFORE}</a><{n}>{v}</{n}><b>{BEHIND}</b></x>",
    "XML, prefix": lambda n, v: f"<x><a>{BEFORE}</a>\n<p:{n} c='d'>\n{v}\n</p:{n}><b>{BEHIND}</b></x>",
    "XML, CDATA": lambda n, v: f"<a>{BEFORE}</a><{n}><![CDATA[{v}<&>]]></{n}><b>{BEHIND}</b>",
    "XML, attribute": lambda n, v: f'<x a="{BEFORE}" {n}="{v}" b="{BEHIND}"/>',
    "XML, name and value": lambda n, v: f'<x a="{BEFORE}"/><x name="{n}" value="{v}"/><x b="{BEHIND}"/>',
    "XML, value before name": lambda n, v: f"<p a='{BEFORE}'><x value='{v}' key='{n}'/></p><b>{BEHIND}</b>",
    "XML, keyed element": lambda n, v: f'<a>{BEFORE}</a><entry key="{n}">{v}</entry><b>{BEHIND}</b>',
    "XML, two elements": lambda n, v: (
        f"<a>{BEFORE}</a><property><name>{n}</name><value>{v}</value></property><b>{BEHIND}</b>"
    ),
    "HTML form": lambda n, v: f'<p>{BEFORE}</p><input type="hidden" name="{n}" value="{v}"><p>{BEHIND}</p>',
    "plist": lambda n, v: f"<string>{BEFORE}</string><key>{n}</key>\n<string>{v}</string><b>{BEHIND}</b>",
    "form part": lambda n, v: (
        f'{BEFORE}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n--b\r\n{BEHIND}\r\n'
    ),
    "pair, JSON": lambda n, v: json.dumps(
        [{"name": n, "value": v, "a": BEFORE}, {"name": "x", "value": BEHIND}]
    ),
    "pair, list": lambda n, v: json.dumps([{"name": n, "values": [v, v], "a": BEFORE}, {"b": BEHIND}]),
    "pair, object": lambda n, v: json.dumps([{"name": n, "value": {"v": v}, "a": BEFORE}, {"b": BEHIND}]),
    "pair, pointer": lambda n, v: json.dumps([{"path": f"/{BEFORE}/db~1{n}", "value": v}, {"b": BEHIND}]),
    "list of pairs": lambda n, v: json.dumps([["a", BEFORE], [n, v], ["b", BEHIND]]),
    "pair, value first": lambda n, v: json.dumps({"a": {"b": BEFORE}, "value": v, "key": n, "c": [BEHIND]}),
    "pair, Heat": lambda n, v: json.dumps(
        {"outputs": [{"output_key": n, "output_value": v}], "a": [BEFORE, BEHIND]}
    ),
    "pair, patch": lambda n, v: json.dumps(
        [{"op": "add", "path": f"/x/{n}", "value": v}, {"op": "add", "path": "/a", "value": [BEFORE, BEHIND]}]
    ),
    "pair, YAML": lambda n, v: (
        f"env:\n- name: A\n  value: {BEFORE}\n- name: {n}\n  value: {v}\n- name: B\n  value: {BEHIND}\n"
    ),
    "pair, YAML, value first": lambda n, v: (
        f"- a: {BEFORE}\n  value: '{v}'\n  name: '{n}'\n- name: b\n  value: {BEHIND}\n"
    ),
    "pair, YAML, flow": lambda n, v: (
        f"- {{name: {n}, value: '{v}'}}\n- {{name: a, value: {BEFORE}}}\n- {BEHIND}\n"
    ),
    "pair, YAML, block": lambda n, v: (
        f"- a: {BEFORE}\n  name: {n}\n  value: |\n    {v}\n- name: b\n  value: {BEHIND}\n"
    ),
    "map, YAML": lambda n, v: f"x:\n  a: {BEFORE}\n  {n}:\n    type: y\n    value: {v}\n  b: {BEHIND}\n",
    "map, YAML, flow": lambda n, v: f"a: {BEFORE}\n{n}: {{value: '{v}', type: y}}\nb: {BEHIND}\n",
    "map, JSON": lambda n, v: json.dumps({"a": BEFORE, n: {"type": "y", "value": v}, "b": BEHIND}),
    "map, Terraform": lambda n, v: (
        f'a = "{BEFORE}"\nvariable "{n}" {{\n  type = string\n  default = "{v}"\n}}\nb = "{BEHIND}"\n'
    ),
    "map, XML": lambda n, v: f"<a>{BEFORE}</a><{n}><value>{v}</value></{n}><b>{BEHIND}</b>",
    "XML, comment": lambda n, v: f"<a>{BEFORE}</a><{n}><!-- c --> {v}</{n}><b>{BEHIND}</b>",
    "YAML, explicit key": lambda n, v: f"a: {BEFORE}\n? {n}\n: {v}\nb: {BEHIND}\n",
    "ini, going on": lambda n, v: f"[x]\na = {BEFORE}\n{n} = {v}\n  {v}\nb = {BEHIND}\n",
    "Terraform, here-document": lambda n, v: f'a = "{BEFORE}"\n{n} = <<EOT\n{v}\nEOT\nb = "{BEHIND}"\n',
    "argv": lambda n, v: json.dumps(["x", "--a", BEFORE, f"--{n}", v, "--b", BEHIND]),
}

# Forms in which a blank ends the value.
TIGHT: dict[str, Form] = {
    "shell word": lambda n, v: f"A={BEFORE}\n{n.upper()}={v}\nB={BEHIND}\n",
    "shell, before a command": lambda n, v: f"A={BEFORE} {n.upper()}={v} command {BEHIND}\n",
    "env file": lambda n, v: f"A={BEFORE}\n{n}={v}\nB={BEHIND}\n",
    "connection string": lambda n, v: f"host={BEFORE} {n}={v} user={BEHIND}",
    "connection string, semicolons": lambda n, v: f"host={BEFORE};{n}={v};user={BEHIND}",
    "query": lambda n, v: f"http://h/?a={BEFORE}&{n}={v}&b={BEHIND}",
    "log line": lambda n, v: f"INFO {BEFORE} logged in with {n}: {v} from {BEHIND}",
    "log line, equals": lambda n, v: f"INFO {BEFORE} logged in ({n}={v}) from {BEHIND}",
    "option": lambda n, v: f"run --a {BEFORE} --{n}={v} --b {BEHIND}",
    "table": lambda n, v: f"| Field | Value |\n| a | {BEFORE} |\n| {n} | {v} |\n| b | {BEHIND} |\n",
    "YAML, next line": lambda n, v: f"a: {BEFORE}\n{n}:\n  {v}\nb: {BEHIND}\n",
    "YAML, items": lambda n, v: f"a: {BEFORE}\n{n}:\n- {v}\n- '{v}'\nb: {BEHIND}\n",
    "YAML, flow list": lambda n, v: f"a: {BEFORE}\n{n}: [{v}, '{v}']\nb: {BEHIND}\n",
    "default of a variable": lambda n, v: f"a={BEFORE} ${{{n}:-{v}}} {BEHIND}",
    "shell, two lines": lambda n, v: f"A={BEFORE}\nexport {n}=x\\\n{v}\nB={BEHIND}\n",
    "ini, next line": lambda n, v: f"[x]\na = {BEFORE}\n{n} =\n  {v}\nb = {BEHIND}\n",
    "directive": lambda n, v: f"a {BEFORE}\n{n} {v}\nb {BEHIND}\n",
    "directive, in a block": lambda n, v: f'a {{\n  a {BEFORE};\n  {n} "{v}";\n  b {BEHIND};\n}};\n',
    "directive, in capitals": lambda n, v: f"FROM {BEFORE}\nENV {n} {v}\nRUN {BEHIND}\n",
    "directive, with its type": lambda n, v: f"a {BEFORE}\nenable {n} 5 {v}\nb {BEHIND}\n",
    "netrc": lambda n, v: f"machine {BEFORE} login bob {n} {v}\nmachine {BEHIND}\n",
    "Erlang": lambda n, v: f'{{a, <<"{BEFORE}">>}}, {{{n}, <<"{v}">>}}, {{b, "{BEHIND}"}}.',
    "header": lambda n, v: f"curl -H 'A: {BEFORE}' -H '{n}: {v}' http://{BEHIND}/",
}

FORMS = SPACED | TIGHT

NESTINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "in JSON": lambda text: json.dumps({"files": {"file:///x.yaml": text}, "z": 1}),
    "in JSON in JSON": lambda text: json.dumps({"x": json.dumps({"y": text})}),
    "in JSON, three deep": lambda text: json.dumps([json.dumps([json.dumps([text])])]),
    "in a log line": lambda text: f"2022-12-12 DEBUG x [-] REQ BODY: {json.dumps({'template': text})} -- end",
    "in Python": lambda text: f"kwargs={ {'body': text}!r}",
    "in YAML": lambda text: (
        "write_files:\n- content: |\n" + "".join(f"    {line}\n" for line in text.split("\n"))
    ),
    "in YAML, quoted": lambda text: f"content: {json.dumps(text)}\nz: 1\n",
    "percent-encoded": lambda text: f"http://h/?x={quote(text, safe='')}",
    "percent-encoded twice": lambda text: f"http://h/?x={quote(quote(text, safe=''), safe='')}",
    "escaped for HTML": lambda text: f"<pre>{html.escape(text)}</pre>",
}


def assert_removed(text: str, value: str, neighbours: Iterable[str]) -> None:
    """Assert that redaction removes ``value`` and nothing else, and that a scan finds it before only."""
    redactor = Redactor(load_policy())
    redacted = redactor.text(text)
    assert value not in redacted
    for neighbour in neighbours:
        assert text.count(neighbour) == redacted.count(neighbour)
    assert scan(text)
    assert scan(redacted, known=redactor.known) == []
