"""``tracer matrix``: suites recorded for real, twice, on clouds that it starts itself."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
import pytest
import yaml

from tests.e2e.conftest import TRACER, processes_of, read_until
from tests.patience import PATIENCE
from tests.shipped import RECORDINGS
from tracer.comparison import compare
from tracer.matrix import make_plan, select_suites
from tracer.recording import load

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.model import Recording

pytestmark = pytest.mark.e2e

SUITE = """\
name: short
files: {notes.qcow2: text}
passwords: [wrong_password, guest_password]
users:
  forgetful: {OS_PASSWORD: "{wrong_password}"}
  guest: {OS_USERNAME: short-guest, OS_PASSWORD: "{guest_password}", OS_PROJECT_NAME: short-guest}
prepare:
- {run: openstack project create --format json short-guest, keep: {project_id: id}}
commands:
- name: user-create
  run: openstack user create --project {project_id} --password {guest_password} --format json short-guest
  keep: {user_id: id}
- {name: not-allowed, run: openstack user list, as: guest, fails: maybe}
- {name: wrong-password, run: openstack token issue, as: forgetful, fails: true}
- name: wrong-format
  run: openstack image create --disk-format qcow2 --container-format bare --file notes.qcow2 short
  fails: maybe
cleanup:
- run: openstack user delete {user_id}
- run: openstack project delete {project_id}
"""
NAMES = ("user-create", "not-allowed", "wrong-password", "wrong-format")
COMPUTE = RECORDINGS.parent / "tracer" / "matrix" / "suites" / "compute.yaml"
UUID = re.compile(r"\b[0-9a-f]{32}\b")


@dataclass(frozen=True)
class Place:
    """A folder with a suite in it, and a cache whose environments and templates are those of all."""

    folder: Path
    cache: Path

    @property
    def out(self) -> Path:
        return self.folder / "made"

    def words(self, *further: str, suite: str = "short.yaml") -> list[str]:
        return [TRACER, "matrix", "--suite", suite, "-o", "made", "--diagram", "", *further]

    @property
    def environment(self) -> dict[str, str]:
        """One that names another cloud: the matrix must not care."""
        return {**os.environ, "TRACER_CACHE": str(self.cache), "OS_CLOUD": "other", "OS_TOKEN": "x" * 20}

    def matrix(self, *further: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.words(*further),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def start(self, *further: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.words(*further),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def nothing_is_left(self) -> None:
        assert processes_of(self.cache) == []
        assert list((self.cache / "matrix").iterdir()) == []


@pytest.fixture
def place(tmp_path: Path, cache: Path) -> Place:
    (tmp_path / "short.yaml").write_text(SUITE)
    return Place(tmp_path, cache)


def test_two_releases_side_by_side_then_interrupted_resumed_and_told(place: Place) -> None:
    _stopped_half_way(place)
    ended = place.matrix("--releases", "zed,2026.2", "--jobs", "2")
    assert ended.returncode == 0, ended.stderr
    place.nothing_is_left()
    _table_says_what_differs(ended.stdout)
    recordings = {
        (release, number, name): load(place.out / release / number / f"{name}.yaml")
        for release in ("zed", "2026.2")
        for number in ("", "again")
        for name in NAMES
    }
    for (release, _, _), recording in recordings.items():
        assert recording.cloud.release == release
    _rounds_differ_as_two_users_runs(recordings)
    _nothing_of_the_passwords(place, recordings)

    before = {path: path.stat().st_mtime_ns for path in place.out.rglob("*.yaml")}
    (place.out / "zed" / "again" / "wrong-password.yaml").write_text("format: 1\n")
    again = place.matrix("--releases", "zed,2026.2")
    assert again.returncode == 0, again.stderr
    assert again.stdout == ended.stdout
    changed = {path for path, moment in before.items() if path.stat().st_mtime_ns != moment}
    assert changed == {place.out / "zed" / "again" / f"{name}.yaml" for name in NAMES}


def _stopped_half_way(place: Place) -> None:
    process = place.start("--releases", "zed,2026.2", "--jobs", "2")
    read_until(process, "zed: not-allowed")
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert stdout == ""
    last = stderr.splitlines()[-1]
    assert re.fullmatch(r"tracer: stopped with \d+ recorded; the same command goes on from there", last)
    assert "Traceback" not in stderr
    place.nothing_is_left()
    # What was finished is kept.
    assert load(place.out / "zed" / "user-create.yaml").verdict == "conforms"
    plan = make_plan(place.out, ["zed"], select_suites([str(place.folder / "short.yaml")]))
    assert [unit.rounds for unit in plan.todo] == [(1, 2)]


def _table_says_what_differs(printed: str) -> None:
    lines = printed.splitlines()
    assert lines[0].split() == ["command", "zed", "2026.2"]
    rows = {line.split()[0]: line.split()[1:] for line in lines[2:6]}
    assert rows["user-create"][:3] == ["✓", "8", "✓"]
    assert rows["wrong-password"][:3] == ["x", "4", "x"]
    assert rows["wrong-format"][0] in "✓!"
    assert rows["wrong-format"][2] == "x"
    assert rows["wrong-format"][3].endswith("*")
    assert lines[-1] == "16 recordings below made, 8 of them to compare with (again)"


def _rounds_differ_as_two_users_runs(recordings: dict[tuple[str, str, str], Recording]) -> None:
    for release in ("zed", "2026.2"):
        first, again = (recordings[release, number, "user-create"] for number in ("", "again"))
        assert first.cloud.url == again.cloud.url
        assert first.command != again.command
        assert UUID.sub("…", first.command or "") == UUID.sub("…", again.command or "")
        assert [one.path for one in first.exchanges] == [one.path for one in again.exchanges]
        codes = [recordings[release, number, "wrong-format"].output for number in ("", "again")]
        assert [code.exit for code in codes if code] == ([0, 0] if release == "zed" else [1, 1])
    statuses = [
        one.response and one.response.status for one in recordings["2026.2", "", "wrong-format"].exchanges
    ]
    assert 415 in statuses


def _nothing_of_the_passwords(place: Place, recordings: dict[tuple[str, str, str], Recording]) -> None:
    scanned = subprocess.run([TRACER, "scan", str(place.out)], capture_output=True, text=True, check=False)
    assert scanned.returncode == 0, scanned.stdout
    for path in place.out.rglob("*.yaml"):
        # What a suite makes up for passwords are 36 hexadecimal digits.
        assert not re.search(r"(?<![0-9a-f])[0-9a-f]{36}(?![0-9a-f])", path.read_text())
    for name in ("wrong-password", "not-allowed"):
        assert recordings["zed", "", name].redacted["auth.identity.password.user.password"] == 1


def test_a_matrix_that_is_killed_leaves_nothing_running(place: Place) -> None:
    process = place.start("--releases", "zed")
    read_until(process, "zed: preparation of short")
    assert processes_of(place.cache)
    process.kill()
    process.communicate(timeout=PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while processes_of(place.cache):
        assert time.monotonic() < deadline, processes_of(place.cache)
        time.sleep(0.2)
    assert list((place.cache / "matrix").iterdir()) == []


def test_another_client_and_a_process_that_is_killed(place: Place) -> None:
    words = ("--releases", "zed", "--clients", "2026.2")
    process = place.start(*words)
    read_until(process, "zed (client 2026.2): not-allowed")
    _worker_of(process.pid).kill()
    assert process.stderr is not None
    stderr = process.stderr.read()
    stdout = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 0, stderr
    assert "was ended by SIGKILL; trying again" in stderr
    assert stdout.splitlines()[0].rstrip() == "client of 2026.2"
    place.nothing_is_left()
    recording = load(place.out / "zed" / "client-2026.2" / "again" / "user-create.yaml")
    assert recording.cloud.release == "zed"
    assert recording.client.startswith("openstacksdk/4.")


def test_crossed_recordings_tell_the_cloud_from_the_client(place: Place) -> None:
    """Keystone 2023.2 got two roles, and the client of 2026.2 lists projects with openstacksdk."""
    text = "name: crossed\ncommands:\n- {name: role-list, run: openstack role list}\n"
    text += "- {name: project-list, run: openstack project list}\n"
    (place.folder / "short.yaml").write_text(text)
    ended = place.matrix("--releases", "zed,2026.2", "--clients", "zed,2026.2", "--jobs", "2")
    assert ended.returncode == 0, ended.stderr
    words = [TRACER, "diff", "zed", "2026.2", "--recordings", "made", "--format", "json"]
    told = subprocess.run(words, cwd=place.folder, capture_output=True, text=True, check=False)
    assert told.returncode == 1, told.stderr
    (step,) = json.loads(told.stdout)["steps"]
    due_to = {
        (row["recording"], each["place"]): each["due_to"]
        for row in step["recordings"]
        for each in row["differences"]
    }
    assert due_to["role-list", "GET /identity/v3/roles → 200 · body.roles[name=service]"] == "cloud"
    assert due_to["project-list", "GET /identity/v3/projects · headers.User-Agent"] == "client"
    assert set(due_to.values()) == {"cloud", "client"}


def _worker_of(pid: int) -> psutil.Process:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for child in psutil.Process(pid).children():
            if "tracer.matrix.worker" in child.cmdline():
                return child
        time.sleep(0.05)
    raise AssertionError("no worker")


def test_a_suite_that_goes_wrong_says_where_and_the_rest_is_recorded(place: Place) -> None:
    (place.folder / "short.yaml").write_text(
        """\
name: mixed
prepare:
- run: openstack project delete nobody
commands:
- {name: refused, run: openstack project show nobody, keep: {project_id: id}}
- {name: needy, run: "openstack project show {project_id}"}
- {name: accepted, run: openstack token issue, fails: true}
- {name: unread, run: openstack token issue --format value, keep: {token: id}}
- {name: fine, run: openstack project list}
"""
    )
    ended = place.matrix("--releases", "zed")
    assert ended.returncode == 1
    told = [line for line in ended.stderr.splitlines() if line.startswith("tracer: ")]
    beginnings = (
        "tracer: zed mixed: preparation: `openstack project delete nobody` failed: ",
        "tracer: zed refused: `openstack project show nobody` failed: No project with a name or ID of",
        "tracer: zed needy: not run: the command that gives {project_id} failed",
        "tracer: zed unread: `openstack token issue --format value` printed no JSON object with id",
    )
    assert [line for line in told if line.startswith(beginnings[0])]
    for beginning in beginnings:
        assert len([line for line in told if line.startswith(beginning)]) == 1, told
    assert "tracer: zed accepted: it was meant to fail, and did not" in told
    signs = {line.split()[0]: line.split()[1] for line in ended.stdout.splitlines()[2:7]}
    assert signs == {"refused": "F", "needy": "F", "accepted": "a", "unread": "F", "fine": "✓"}
    place.nothing_is_left()


ASKED = """\
name: asked
warmup: true
files: {tracer-demo.qcow2: qcow2}
commands:
- name: image-create
  request:
    service: image
    method: POST
    path: /v2/images
    body: {name: asked, disk_format: qcow2, container_format: bare}
  status: {member: 201, reader: [201, 403]}
  roles: [member, reader]
  keep: {image_id: id}
  cleanup:
  - request: {service: image, method: DELETE, path: "/v2/images/{image_id}"}
- name: image-upload
  prepare:
  - request:
      service: image
      method: POST
      path: /v2/images
      body: {name: asked, disk_format: qcow2, container_format: bare, visibility: community}
    status: 201
    keep: {other_id: id}
  request:
    service: image
    method: PUT
    path: "/v2/images/{other_id}/file"
    file: tracer-demo.qcow2
    headers: {Content-Type: application/octet-stream}
  status: [403, 404]
  roles: [member, reader]
  cleanup:
  - request: {service: image, method: DELETE, path: "/v2/images/{other_id}"}
- name: image-list
  request: {service: image, path: /v2/images, query: {limit: 1, colour: red}}
  status: 200
  roles: [member, reader]
- name: image-broken
  request:
    service: image
    method: POST
    path: /v2/images
    headers: {Content-Type: application/json}
    text: "{"
  status: 400
  roles: [member, reader]
- name: user-list
  request: {service: identity, path: /v3/users}
  status: {member: 403, reader: 403, manager: 200, anonymous: 401, application-credential: 403}
  roles: [member, reader, manager, anonymous, application-credential]
"""


def test_requests_as_several_roles_and_a_role_that_a_release_lacks(place: Place) -> None:
    (place.folder / "short.yaml").write_text(ASKED)
    ended = place.matrix("--releases", "zed,2026.2", "--jobs", "2")
    assert ended.returncode == 0, ended.stderr
    place.nothing_is_left()
    for release in ("zed", "2026.2"):
        # The warm-up is a whole round, before the first recording.
        warmed = ended.stderr.index(f"{release}: warm-up: clean-up of asked")
        assert warmed < ended.stderr.index(f"{release}: image-create-as-member")
    rows = {line.split()[0]: line.split()[1:] for line in ended.stdout.splitlines()[2:15]}
    assert rows["image-create-as-reader"] == ["·", "2", "x", "2*"]
    assert rows["user-list-as-manager"] == ["/", "·", "2"]
    assert "Keystone of zed has no role manager: not recorded: user-list-as-manager" in ended.stdout
    assert "50 recordings below made" in ended.stdout

    for release, status in (("zed", 201), ("2026.2", 403)):
        recording = load(place.out / release / "image-create-as-reader.yaml")
        assert (recording.command, recording.role, recording.suite) == ("POST /v2/images", "reader", "asked")
        assert recording.client.startswith("tracer keystoneauth1/5.")
        assert recording.output is None
        # The login is no part of the recording.
        (exchange,) = recording.exchanges
        assert (exchange.receiver, exchange.operation) == ("glance", "image.create-image")
        assert exchange.response
        assert exchange.response.status == status
    listed = load(place.out / "2026.2" / "image-list-as-member.yaml")
    assert listed.command == "GET /v2/images?limit=1&colour=red"
    broken = load(place.out / "2026.2" / "image-broken-as-member.yaml").exchanges[0].request.body
    assert broken
    assert broken.size == 1
    uploaded = load(place.out / "zed" / "image-upload-as-member.yaml").exchanges[0].request
    assert uploaded.url.endswith("/file")
    scanned = subprocess.run([TRACER, "scan", str(place.out)], capture_output=True, text=True, check=False)
    assert scanned.returncode == 0, scanned.stdout
    before = {path: path.stat().st_mtime_ns for path in place.out.rglob("*.yaml")}
    again = place.matrix("--releases", "zed,2026.2")
    assert again.stdout == ended.stdout
    assert {path: path.stat().st_mtime_ns for path in place.out.rglob("*.yaml")} == before


def test_a_third_of_the_compute_suite_is_as_shipped(place: Place) -> None:
    """The first third of its commands, service calls included: a fresh cloud gives what ships."""
    suite = yaml.safe_load(COMPUTE.read_text(encoding="utf-8"))
    commands = [entry for entry in suite["commands"] if "run" in entry]
    suite["commands"] = commands[: len(commands) // 3]
    ends = ("server delete --wait {server_id}", "keypair delete tracer-key", "image delete {image_id}")
    suite["cleanup"] = [{"run": f"openstack {words}"} for words in (*ends, "volume delete {volume_id}")]
    names = [entry["name"] for entry in suite["commands"]]
    assert {"flavor-list", "server-create", "server-unlock"} <= {*names}
    (place.folder / "short.yaml").write_text(yaml.safe_dump(suite), encoding="utf-8")
    ended = place.matrix("--releases", "2026.2")
    assert ended.returncode == 0, ended.stderr
    place.nothing_is_left()
    for name in names:
        recorded = load(place.out / "2026.2" / f"{name}.yaml")
        found = compare(load(RECORDINGS / "2026.2" / f"{name}.yaml"), recorded)
        assert [(each.kind, each.place) for each in found.differences] == [], name
