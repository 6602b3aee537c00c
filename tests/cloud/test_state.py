"""Templates and their copies, with stand-ins for the programs that fill them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from tracer.cloud import state
from tracer.cloud.environments import Built
from tracer.cloud.passwords import is_safe
from tracer.cloud.release_data import CloudRelease, load
from tracer.cloud.state import Site
from tracer.errors import CloudError

DATA = """
services:
  keystone:
    type: identity
    mount: /identity
    app: "k:app"
    catalogue: k.db
    databases: [k.db]
    files: {k.conf: "at {home} for {url} by {admin_password}"}
    folders: [keys]
    initialise: [[fill, "{home}/k.db", "{url}"]]
    secret-environment: {WORD: "{admin_password}"}
  glance:
    type: image
    mount: /image
    app: "g:app"
    user: glance
    copied: {paste.ini: "{etc}/paste.ini"}
    files: {g.conf: "asks {identity_url} as {password}"}
server: {}
releases:
  zed:
    services: {keystone: 22.0.0, glance: 25.0.0}
    environments: [{python: ["3.11"], exclude-newer: "2022-11-15"}]
    client: {packages: {c: 1.0.0}, environments: [{python: ["3.11"], exclude-newer: "2022-11-15"}]}
"""
CATALOG = load(DATA, "test")
SERVICES = CATALOG.services
RELEASE: CloudRelease = CATALOG.releases["zed"]
FILL = """#!/bin/sh
exec python3 -c '
import os, sqlite3, sys
assert len(os.environ["WORD"]) > 40
database = sqlite3.connect(sys.argv[1])
database.execute("CREATE TABLE endpoint (url TEXT)")
database.execute("INSERT INTO endpoint VALUES (?)", [sys.argv[2]])
database.execute("INSERT INTO endpoint VALUES (?)", ["http://glance.invalid/image/$(project_id)s"])
database.commit()' "$@"
"""


@pytest.fixture
def built(tmp_path: Path) -> Built:
    folder = tmp_path / "environment"
    (folder / "bin").mkdir(parents=True)
    (folder / "etc").mkdir()
    (folder / "etc" / "paste.ini").write_text("paste")
    for name, script in (("fill", FILL), ("python", "#!/bin/sh\ncat > ../orders\n")):
        program = folder / "bin" / name
        program.write_text(script)
        program.chmod(0o755)
    return Built(folder, "3.11.7")


def make(built: Built, tmp_path: Path, lines: list[str]) -> Path:
    return state.template(RELEASE, SERVICES, built, tmp_path, lines.append)


def copied(template: Path, built: Built, home: Path) -> Site:
    urls = {"keystone": "http://127.0.0.1:5000/identity", "glance": "http://127.0.0.1:5001/image"}
    site = Site(home, SERVICES, urls, built, state.passwords(template))
    state.copy(template, site)
    return site


def test_a_template_is_made_once(built: Built, tmp_path: Path) -> None:
    lines: list[str] = []
    first = make(built, tmp_path, lines)
    assert make(built, tmp_path, lines) == first
    assert lines == ["preparing the databases of zed (first time only)"]


def test_a_copy_names_its_own_urls_everywhere(built: Built, tmp_path: Path) -> None:
    site = copied(make(built, tmp_path, []), built, tmp_path / "copy")
    with closing(sqlite3.connect(site.home / "keystone" / "k.db")) as database:
        urls = [row[0] for row in database.execute("SELECT url FROM endpoint")]
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert urls == ["http://127.0.0.1:5000/identity", "http://127.0.0.1:5001/image/$(project_id)s"]
    admin, own = site.passwords["admin"], site.passwords["glance"]
    conf = (site.home / "keystone" / "k.conf").read_text()
    assert conf == f"at {site.home}/keystone for http://127.0.0.1:5000/identity by {admin}"
    conf = (site.home / "glance" / "g.conf").read_text()
    assert conf == f"asks http://127.0.0.1:5000/identity as {own}"
    assert (site.home / "glance" / "paste.ini").read_text() == "paste"


def test_a_copy_does_not_change_the_template(built: Built, tmp_path: Path) -> None:
    template = make(built, tmp_path, [])
    before = (template / "keystone" / "k.db").read_bytes()
    copied(template, built, tmp_path / "copy")
    assert (template / "keystone" / "k.db").read_bytes() == before


def test_everything_is_for_the_owner_only(built: Built, tmp_path: Path) -> None:
    home = copied(make(built, tmp_path, []), built, tmp_path / "copy").home
    for path in [home, *home.rglob("*"), *(tmp_path / "templates").rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_passwords_are_long_random_and_not_shared(built: Built, tmp_path: Path) -> None:
    words = state.passwords(make(built, tmp_path, []))
    other = state.passwords(make(built, tmp_path / "other", []))
    everything = [*words.values(), *other.values()]
    assert len(set(everything)) == len(everything) == 6
    assert min(map(len, everything)) >= 48


def test_no_password_is_in_a_log(built: Built, tmp_path: Path) -> None:
    words = state.passwords(make(built, tmp_path, []))
    logs = "".join(path.read_text() for path in (tmp_path / "logs").iterdir())
    assert not any(word in logs for word in words.values())


def test_the_registration_gets_its_orders(built: Built, tmp_path: Path) -> None:
    template = make(built, tmp_path, [])
    orders = (template / "orders").read_text()
    assert '"url":"http://glance.invalid/image"' in orders
    assert '"user":"glance"' in orders
    assert '"name":"keystone"' not in orders


def test_a_template_that_was_not_finished_is_made_anew(built: Built, tmp_path: Path) -> None:
    program = built.command("fill")
    script = program.read_text()
    program.write_text("#!/bin/sh\ntouch leftover\necho 'error: no luck'\nexit 1\n")
    with pytest.raises(CloudError, match=r"^preparing the databases failed: no luck \(log: "):
        make(built, tmp_path, [])
    assert not [path for path in (tmp_path / "templates").iterdir() if path.suffix != ".partial"]
    program.write_text(script)
    assert not (make(built, tmp_path, []) / "keystone" / "leftover").exists()


def test_without_passwords_a_copy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match="cannot read"):
        state.passwords(tmp_path)


@pytest.mark.parametrize("text", ['{"admin":"-abc","keystone":"a","glance":"b"}', "{", "[]"])
def test_a_template_of_an_earlier_version_with_a_bad_password_is_made_anew(
    built: Built, tmp_path: Path, text: str
) -> None:
    lines: list[str] = []
    template = make(built, tmp_path, lines)
    (template / state.SECRETS).write_text(text)
    assert not state.exists(template)
    assert make(built, tmp_path, lines) == template
    assert len(lines) == 2
    assert state.exists(template)
    assert all(map(is_safe, state.passwords(template).values()))


def test_a_template_of_an_earlier_version_with_good_passwords_is_kept(built: Built, tmp_path: Path) -> None:
    lines: list[str] = []
    template = make(built, tmp_path, lines)
    kept = {"admin": "9a-b_c", "keystone": "_x", "glance": "y-"}
    (template / state.SECRETS).write_bytes(msgspec.json.encode(kept))
    make(built, tmp_path, lines)
    assert len(lines) == 1
    assert state.passwords(template) == kept


def test_the_catalogue_has_the_whole_url_and_the_account_its_roles(built: Built, tmp_path: Path) -> None:
    text = DATA.replace(
        "    mount: /image\n", "    mount: /image\n    path: /v2\n    roles: [admin, service]\n"
    )
    assert text != DATA
    catalog = load(text, "test")
    template = state.template(catalog.releases["zed"], catalog.services, built, tmp_path, lambda _line: None)
    orders = (template / "orders").read_text()
    assert '"url":"http://glance.invalid/image/v2"' in orders
    assert '"roles":["admin","service"]' in orders


def test_a_template_is_made_anew_if_a_program_that_fills_it_changes(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "ADAPTERS", tmp_path)
    (tmp_path / "tables.py").write_text("one")
    text = DATA.replace("[fill, ", '[python, "{adapters}/tables.py"], [fill, ')
    assert text != DATA
    services = load(text, "test").services
    paths = []
    for content in ("one", "two"):
        (tmp_path / "tables.py").write_text(content)
        (tmp_path / "other.py").write_text(content)
        paths.append([state.template_path(RELEASE, some, built, tmp_path) for some in (SERVICES, services)])
    assert paths[0][0] == paths[1][0]
    assert paths[0][1] != paths[1][1]


def test_services_are_quiet_only_in_a_copy_that_is_to_be(built: Built, tmp_path: Path) -> None:
    text = DATA.replace(
        "    files: {g.conf: ", '    quiet: {g.conf: "; silent at {home}"}\n    files: {g.conf: '
    )
    assert text != DATA
    catalog = load(text, "test")
    template = state.template(catalog.releases["zed"], catalog.services, built, tmp_path, lambda _line: None)
    urls = dict.fromkeys(catalog.services, "http://127.0.0.1:5000/x")
    found = []
    for number, quiet in enumerate((False, True, False)):
        home = tmp_path / f"home-{number}"
        known = state.passwords(template)
        state.copy(template, Site(home, catalog.services, urls, built, known, quiet=quiet))
        found.append(f"; silent at {home}/glance" in (home / "glance" / "g.conf").read_text())
    assert found == [False, True, False]


LIMITED = DATA.replace(
    "    files: {g.conf: ",
    """    limits: {defaults: {image_count_total: 7}, files: {g.conf: "; limits of {endpoint_id}"}}
    files: {g.conf: """,
)


def test_limits_are_registered_always_and_asked_for_only_with_limits(built: Built, tmp_path: Path) -> None:
    catalog = load(LIMITED, "test")
    services = catalog.services
    template = state.template(catalog.releases["zed"], services, built, tmp_path, lambda _line: None)
    assert '"limits":{"image_count_total":7}' in (template / "orders").read_text()
    database = template / "keystone" / "k.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DROP TABLE endpoint")
        connection.execute("CREATE TABLE endpoint (id TEXT, service_id TEXT, url TEXT)")
        connection.execute("CREATE TABLE service (id TEXT, type TEXT)")
        connection.execute("INSERT INTO endpoint VALUES ('e1', 's1', 'x'), ('e2', 's2', 'y')")
        connection.execute("INSERT INTO service VALUES ('s1', 'identity'), ('s2', 'image')")
    urls = dict.fromkeys(services, "http://127.0.0.1:5000/x")
    for limits in (False, True):
        site = Site(tmp_path / f"home-{limits}", services, urls, built, state.passwords(template), limits)
        state.copy(template, site)
        text = (site.folder("glance") / "g.conf").read_text()
        assert ("; limits of e2" in text) is limits
