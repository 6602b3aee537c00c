from pathlib import Path

import pytest

from tests.redaction.canaries import as_json, as_text, exchange
from tracer.errors import InputError
from tracer.model import RunNote
from tracer.redaction import Policy, Redactor, load_policy, scan
from tracer.redaction.policy import FieldRule, Keep, PolicyFile, read_package_file

BAD = [
    ("format = ", "not TOML: "),
    ("", "missing required field format"),
    ("format = 2", "format: invalid enum value 2"),
    ("format = 1\nsecrets = 1", "contains unknown field secrets"),
    ("format = 1\n[[headers]]\nkind = 'token'\nnames = 'X'", "headers[0].names: expected array, got str"),
    ("format = 1\n[[headers]]\nkind = 'token'\nnames = []", "headers[0].names: "),
    ("format = 1\n[[headers]]\nkind = 'My Token'\nnames = ['X']", "headers[0].kind: "),
    ("format = 1\n[[headers]]\nkind = 'token'\nnames = ['X']\nform = 'x'", "headers[0].form: "),
    ("format = 1\n[[headers]]\nkind = 'token'\nnames = ['X']\nnot = 1", "headers[0]: "),
    ("format = 1\n[[fields]]\nkind = 'token'\npaths = ['a..b']", "fields[0].paths: not a path: 'a..b'"),
    ("format = 1\n[[fields]]\nkind = 'token'\npaths = ['a[1]']", "fields[0].paths: not a path: 'a[1]'"),
    ("format = 1\n[[fields]]\nkind = 'token'\npaths = ['$']", "fields[0].paths: not a path: '$'"),
    (
        "format = 1\n[[fields]]\nkind = 'token'\npaths = ['a']\nurls = ['x']",
        "fields[0].urls: not a URL path: 'x'",
    ),
    (
        "format = 1\n[[paths]]\nkind = 'token'\ntemplates = ['/a/*']",
        "paths[0].templates: no {segment} is the secret",
    ),
    ("format = 1\n[[patterns]]\nname = 'x'\nkind = 'token'\npattern = '('", "patterns[0].pattern: "),
    ("format = 1\n[common]\nshortest = 9", "common.shortest: "),
    ("format = 1\n[keep]\nfields = ['password']", "keep: only [[except]], with a reason"),
    ("format = 1\n[[except]]\nfields = ['password']", "except[0]: object missing required field reason"),
    ("format = 1\n[[except]]\nreason = 'x'\nfields = ['a b.']", "except[0].fields: not a path"),
    ("format = 1\nx = " + "[" * 5000, "nested too deeply"),
    ("format = 1\nx = " + "{a=" * 5000, "nested too deeply"),
    (
        f"format = 1\n[[patterns]]\nname = 'x'\nkind = 'token'\npattern = '{'(' * 5000}{')' * 5000}'",
        "patterns[0].pattern: nested too deeply",
    ),
    (
        "format = 1\n[[patterns]]\nname = 'x'\nkind = 'token'\npattern = 'a{99999999999}'",
        "patterns[0].pattern: the repetition number is too large",
    ),
    ("format = 1\n[[bodies]]\nkind = 'x'\nurls = ['/{a']", "bodies[0].urls: not a URL path"),
]


def _file(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(("text", "problem"), BAD)
def test_a_bad_file_is_named_with_the_place_in_it(tmp_path: Path, text: str, problem: str) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load_policy(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        load_policy(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        load_policy(tmp_path / "latin.toml")


def test_a_file_adds_rules(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        """
        format = 1
        [common]
        words = ["our-favourite"]
        [[headers]]
        kind = "token"
        names = ["X-Our-*"]
        [[fields]]
        kind = "badge"
        paths = ["badge.number", "secret_ref"]
        [[parameters]]
        kind = "token"
        names = ["ticket"]
        [[paths]]
        kind = "token"
        templates = ["/door/{code}"]
        [[bodies]]
        kind = "payload"
        urls = ["/vault/**"]
        [[patterns]]
        name = "badge"
        kind = "badge"
        pattern = 'BADGE-[0-9]{6}'
        [[options]]
        kind = "token"
        names = ["--tick[et]"]
        [[variables]]
        kind = "token"
        names = ["OUR_TICKET"]
        """,
    )
    policy = load_policy(path)
    redactor = Redactor(policy)
    redacted = redactor.exchange(
        exchange(
            url="http://h/door/four?ticket=five",
            headers={"x-our-thing": "one", "X-Auth-Token": "eleven"},
            body=as_json({"badge": {"number": "two"}, "secret_ref": "three", "note": "see BADGE-123456"}),
        )
    )
    assert redacted.request.url == "http://h/door/<token-1>?ticket=<token-2>"
    assert redacted.request.headers == {"x-our-thing": "<token-3>", "X-Auth-Token": "<token-4>"}
    assert redacted.request.body is not None
    assert redacted.request.body.json is not None
    for text in ('"number": "<badge-1>"', '"secret_ref": "<badge-2>"', '"note": "see <badge-3>"'):
        assert text in redacted.request.body.json
    whole = redactor.exchange(exchange(url="http://h/vault/a/b", answer=as_text("six")))
    assert whole.response is not None
    assert whole.response.body is not None
    assert whole.response.body.text == "<payload-1>"
    assert redactor.command(["x", "--ticke", "seven"]) == "x --ticke '<token-5>'"
    redactor.learn_environment({"OUR_TICKET": "a-long-ticket-77", "A": "our-favourite"})
    assert redactor.text("a-long-ticket-77") == "<token-6>"
    assert [finding.rule for finding in scan("BADGE-654321", policy=policy)] == ["badge"]
    assert scan("BADGE-654321") == []


@pytest.mark.parametrize("template", ["/v2.0/tokens/{token}", "/tokens/{secret}/endpoints"])
def test_two_rules_for_one_part_of_a_path_replace_it_once(tmp_path: Path, template: str) -> None:
    added = f'format = 1\n[[paths]]\nkind = "token"\ntemplates = ["{template}"]\n'
    redactor = Redactor(load_policy(_file(tmp_path, added)))
    sent = exchange(url=f"http://h/v2.0/tokens/{'4f' * 16}/endpoints/aaa/bbb")
    assert redactor.exchange(sent).request.url == "http://h/v2.0/tokens/<token-1>/endpoints/aaa/bbb"


@pytest.mark.parametrize("path", ["**", "*"])
def test_a_path_without_a_name_is_refused(tmp_path: Path, path: str) -> None:
    added = f'format = 1\n[[fields]]\nkind = "token"\npaths = ["{path}"]\n'
    with pytest.raises(InputError, match=r"fields\[0\]\.paths: no name of a field in"):
        load_policy(_file(tmp_path, added))


@pytest.mark.parametrize("section", ['[common]\nwords = ["swordfish99xyz"]', "[common]\nshortest = 4"])
def test_the_policy_of_a_package_makes_no_value_common(tmp_path: Path, section: str) -> None:
    with pytest.raises(InputError, match="common: an installed package takes no rule away"):
        read_package_file(_file(tmp_path, f"format = 1\n{section}\n"))


def test_an_exception_is_made_aloud(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        """
        format = 1
        [[except]]
        reason = "our test cloud has public passwords"
        headers = ["X-Storage-Pass"]
        fields = ["adminPass", "user.password"]
        parameters = ["code"]
        """,
    )
    redactor = Redactor(load_policy(path))
    sent = exchange(
        url="http://h/?code=abc",
        headers={"X-Storage-Pass": "one"},
        body=as_json(
            {"adminPass": "public-knowledge-1", "user": {"password": "pub"}, "password": "public-knowledge-2"}
        ),
    )
    redacted = redactor.exchange(sent)
    assert redacted.request.url == sent.request.url
    assert redacted.request.headers == sent.request.headers
    assert redactor.counts == {"password": 1}
    assert redactor.notes() == [
        RunNote(code="policy-exception", values={"reason": "our test cloud has public passwords"})
    ]


def test_what_is_kept_beats_a_rule_of_the_same_file() -> None:
    rule = FieldRule(kind="badge", paths=("*_number",))
    policy = Policy((PolicyFile(format=1, fields=(rule,), keep=Keep(fields=("page_number",))),))
    redactor = Redactor(policy)
    redactor.exchange(exchange(body=as_json({"badge_number": "one", "page_number": "two"})))
    assert redactor.counts == {"*_number": 1}
    assert redactor.text("two") == "two"


def test_the_builtin_policy_is_read_once() -> None:
    assert load_policy() is load_policy()
