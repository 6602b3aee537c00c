import json
import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.redaction import Redactor, load_policy
from tracer.redaction.shellwords import shell_words

SECRET = "kJ7xQ2mZp9vR4tWs"
MASKED = [
    "--os-password {}",
    "swift post -k {}",
    "swift post --sync-key {}",
    "secret update http://192.0.2.7/v1/secrets/9 {}",
    "--os-device-code {}",
    "--consumer-key {}",
    "curl -sSu admin:{} http://h/",
    "--os-password={}",
    "--os-pass {}",
    "--os-passwor={}",
    "--password {}",
    "--os-token {}",
    "--os-auth-token={}",
    "--os-access-token {}",
    "--os-application-credential-secret {}",
    "--os-client-secret {}",
    "--secret {}",
    "--auth-key {}",
    "--os-passcode {}",
    "user password set --original-password {} --password {}",
    "secret store -n x -p {}",
    "secret store --payload {}",
    "zone transfer accept request --key {} --transfer-id 7",
    "consumer create --request-secret={}",
    "vpn ipsec site connection create --psk {}",
    "server set --property adminPass={}",
    "object store account set --property Temp-URL-Key={} --property X-Account-Meta-Temp-URL-Key={}",
    "baremetal node set n1 --driver-info ipmi_password={}",
    "env OS_PASSWORD={} openstack",
    "env OS_TOKEN={}",
    "--os-auth-url http://admin:{}@h:5000/v3",
    "call http://h/?token={}",
    "curl -u admin:{}",
    "curl -uadmin:{}",
    "swift -K {}",
    "swift -K{}",
    'credential create u {{"secret":"{}"}}',
    "credential create --type cert USER {}",
    "credential create USER {} --type cert --project p",
    "credential create -f json USER {}",
    "credential set --type cert --user u --data {} id",
    "token revoke {}",
    "--os-cloud x token revoke {}",
    "ec2 credentials delete --user u {}",
    "database user create instance name {}",
    "--pass {}",
    "object store account set --property Temp-URL-Key={}",
    "container set --property Temp-URL-Key-2={} c",
    "object store account set --property=Temp-URL-Key={}",
    "swift post -m Temp-URL-Key:{}",
    "swift post -mTemp-URL-Key:{}",
    "swift post --meta=Temp-URL-Key-2:{} c",
    "swift post -HX-Account-Meta-Temp-URL-Key:{}",
    "swift --os-auth-url http://h tempurl GET 60 /v1/a/c/o {}",
    "database instance create i --users u:{} --databases d",
    "database instance create i --users=u:{}",
    "database user create i u {}",
    "database user create --host % i u {}",
    "database user update attributes i u --new_password {}",
    "trove --os-x y user-create i u {}",
    "volume transfer request accept --auth-key {} 7",
    "volume transfer request accept 7 {}",
    "cinder transfer-accept 7 {}",
    "ec2 credentials show {}",
    "secret store --name n --payload={}",
    "access token create --request-key {} --verifier 8",
    "access token create --verifier {}",
    "baremetal node create --driver-info snmp_community={}",
    "baremetal node set n --driver-info=snmp_community={}",
    "baremetal node rescue --rescue-password {} n",
    "stack create s --parameter user=wp;db_password={};size=1",
    "stack create s -Puser=wp;db_password={}",
    "appcontainer run --environment NAME=x,DB_PASSWORD={} i",
    "curl --header=X-Auth-Token:{} http://h/",
    "curl -HX-Auth-Token:{} http://h/",
    "alarm create --alarm-action trust+http://{}@h/x",
    "alarm create --alarm-action=http://h/v1/webhooks/{}/trigger?V=1",
    "--passw {}",
    "--secr={}",
    "--secre {}",
    "--orig {}",
    "--original-p={}",
    "--os-passw={}",
    "--os-toke {}",
]


@pytest.mark.parametrize("form", MASKED)
def test_secrets_on_command_lines(form: str) -> None:
    redactor = Redactor(load_policy())
    argv = ["/usr/bin/openstack", *form.format(*[SECRET] * 3).split(" ")]
    line = redactor.command(argv)
    assert SECRET not in line
    assert "-1>" in line
    assert len(shlex.split(line)) == len(argv)
    assert redactor.text(SECRET).endswith("-1>")


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        (
            "openstack database instance create i --users a:short1 b:short2 -f json",
            "openstack database instance create i --users 'a:<password-1>' 'b:<password-2>' -f json",
        ),
        (
            "openstack coe cluster create --discovery-url https://discovery.example/x c",
            "openstack coe cluster create --discovery-url '<url-1>' c",
        ),
        ("glance location-add --url swift+config://ref/x 7", "glance location-add --url '<url-1>' 7"),
        (
            'curl --json={"driver_info":{"x":"y"}} h',
            """curl '--json={"driver_info":{"x":"<connection-1>"}}' h""",
        ),
        ('curl -d{"driver_info":{"x":"y"}} h', """curl '-d{"driver_info":{"x":"<connection-1>"}}' h"""),
        ("swift post -m Temp-URL-Key:short", "swift post -m 'Temp-URL-Key:<key-1>'"),
    ],
)
def test_what_is_masked_of_a_command_line(line: str, masked: str) -> None:
    assert Redactor(load_policy()).command(line.split()) == masked


def test_headers_on_command_lines() -> None:
    redactor = Redactor(load_policy())
    assert redactor.command(["curl", "-H", f"X-Auth-Token: {SECRET}"]) == "curl -H 'X-Auth-Token: <token-1>'"
    shell = ["sh", "-c", f"export OS_TOKEN={SECRET}; openstack"]
    assert redactor.command(shell) == "sh -c 'export OS_TOKEN=<token-1>; openstack'"


@pytest.mark.parametrize(
    "line",
    [
        "openstack image show --format json 9c31f2c6-f22c-440e-b670-d8d5a5cc0405",
        "openstack server create --key-name mykey --user-data file.txt --image 'a b' x",
        "openstack --os-user-domain-name default --os-auth-type v3password token issue",
        "openstack secret list --name secret -f value",
        "openstack user create --password-prompt --user demo",
        "openstack keypair create --private-key id_rsa k",
        "openstack image create --private --project some-project --user some-user --format json name",
        "openstack credential create --type cert some-user",
        "openstack credential list --type cert",
        "openstack --sec something-else --os-auth something-else x",
        "openstack database user create some-instance some-name",
        "curl -g -i http://192.0.2.7/identity/v3",
        "openstack image create --property hw_disk_bus=virtio --key id_rsa --os-key id_rsa",
        "openstack server create --nic net-id=7,v4-fixed-ip=192.0.2.7 --availability-zone nova:host:node x",
        "openstack baremetal node set n --driver-info ipmi_port=623 --property cpus=2",
        "swift post -m Colour:red c",
        "openstack server list --sort name:asc --sort-column created_at",
        "openstack database instance create i --databases d --volume 2",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    redactor = Redactor(load_policy())
    assert redactor.command(shlex.split(line)) == line
    assert redactor.counts == {}


def test_a_missing_value_is_no_harm() -> None:
    assert Redactor(load_policy()).command(["openstack", "--os-password"]) == "openstack --os-password"
    assert Redactor(load_policy()).command([]) == ""


@pytest.mark.parametrize(
    "name",
    ["OS_PASSWORD", "OS_TOKEN", "OS_AUTH_TOKEN", "OS_APPLICATION_CREDENTIAL_SECRET", "OS_PASSCODE", "ST_KEY",
     "OS_CLIENT_SECRET", "OS_ACCESS_TOKEN", "AWS_SECRET_ACCESS_KEY"],
)  # fmt: skip
def test_secrets_of_the_environment_are_known(name: str) -> None:
    redactor = Redactor(load_policy())
    redactor.learn_environment({name: SECRET, "OS_USERNAME": "a-user-name", "OS_AUTH_URL": "http://h/"})
    assert SECRET not in redactor.text(f"failed: {SECRET} for a-user-name at http://h/")
    assert redactor.text("a-user-name http://h/") == "a-user-name http://h/"
    assert SECRET not in redactor.command(["openstack", "call", SECRET, f"x{SECRET}y"])


def test_the_folders_of_a_shell_are_no_secrets() -> None:
    redactor = Redactor(load_policy())
    folders = {"PWD": "/work/my-project", "OLDPWD": "/home/somebody", "SSH_ASKPASS": "/usr/bin/ssh-askpass"}
    redactor.learn_environment(folders)
    assert not redactor.known
    assert not redactor.notes()
    written = "cd /work/my-project && env PWD=/work/my-project OLDPWD=/home/somebody openstack image list"
    assert redactor.text(written) == written


def test_a_listed_variable_may_hold_a_path() -> None:
    redactor = Redactor(load_policy())
    redactor.learn_environment({"OS_PASSWORD": "/secret/like-a-path", "DB_PASS": SECRET})
    assert redactor.text(f"/secret/like-a-path {SECRET}") == "<password-1> <password-2>"


def test_a_password_in_a_proxy_url_is_known() -> None:
    redactor = Redactor(load_policy())
    redactor.learn_environment({"http_proxy": f"http://me:{SECRET}@proxy:3128"})
    assert redactor.text(SECRET) == "<password-1>"


def test_output_that_is_json_is_redacted_by_path() -> None:
    redactor = Redactor(load_policy())
    sent = json.dumps({"adminPass": "short", "id": "1"}, indent=4) + "\n"
    assert redactor.text(sent) == sent.replace("short", "<password-1>")


@pytest.mark.parametrize(
    "line",
    [
        "sh -c 'curl -u admin:{} http://h/'",
        "bash -c 'swift -K {} list; true'",
        "ssh h 'openstack secret store -p {}'",
        "sh -c 'sshpass -p {} ssh h'",
        "sh -c 'openstack database user create i u {}'",
        "sh -c \"sh -c 'curl -u a:{} h'\"",
        "sh -c 'A=b curl -u u:{} h'",
        "bash -lc 'A=b; sshpass -p {} ssh h'",
        "sh -c \"A=b sh -c 'B=c curl -u u:{} h'\"",
        "sh -c 'K=v openstack credential create u \"{}\"'",
        "sh -c 'curl -u u:{} h && X=1'",
        "sh -c '(A=b; curl -u u:{})'",
        "sh -c 'A=$(curl -u u:{} h)'",
        "sh -c 'A=b curl -u \"u:{}\"|cat'",
        "sh -c 'A=b\ncurl -u u:{}\n'",
        "ssh h 'A=b curl -u u:{} h'",
        "sh -c '{{ curl -u u:{} h; }}'",
        "sh -c '[ -f x ] && curl -u u:{} h'",
        "sh -c 'A={{x}} curl -u u:{} h'",
        "sh -c 'openstack user create --password \\\n  {} bob'",
        "sh -c 'openstack user create --pass\\\nword {} bob'",
        "sh -c 'curl -u \\\nbob:{} h'",
        "env A=b curl -u u:{} h",
        "env 'DB_PASSWORD={}' run",
        "sh -c 'OS_PASSWORD={} openstack image list'",
        'run --command \'["sh", "-c", "export DB_PASSWORD={}"]\'',
        'run --property \'command=["sh","-c","DB_PASSWORD={} run"]\'',
    ],
)
@pytest.mark.parametrize("secret", [SECRET, "kJ7"])
def test_secrets_on_a_command_line_in_an_argument(line: str, secret: str) -> None:
    argv = shlex.split(line.format(secret))
    assert secret not in Redactor(load_policy()).command(argv)


def test_another_text_in_an_argument_stays() -> None:
    argv = ["openstack", "server", "create", "--description", "a server; it's new", "sh -c 'ls  -l'"]
    assert Redactor(load_policy()).command(argv) == shlex.join(argv)


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["sh", "-c", "OS_PASSWORD=kJ7 a 'b c' && d"], "OS_PASSWORD=<password-1> a 'b c' && d"),
        (["sh", "-c", "X=y curl -u 'u:kJ7' h"], "X=y curl -u 'u:<password-1>' h"),
        (["bash", "-ec", "A=b; curl -u u:kJ7 h | cat >c"], "A=b; curl -u u:<password-1> h | cat >c"),
        (["sh", "-c", "echo \"$(curl -u u:kJ7 h)\" 'a'"], "echo \"$(curl -u u:<password-1> h)\" 'a'"),
        (["sh", "-c", 'echo "\\$(curl -u u:kJ7 h)"'], 'echo "\\$(curl -u u:<password-1> h)"'),
        (["ssh", "h", "echo it's; curl -u u:kJ7 h"], "echo it's; curl -u u:<password-1> h"),
    ],
)
def test_the_rest_of_a_script_stays_as_it_is(argv: list[str], line: str) -> None:
    assert Redactor(load_policy()).command(argv) == shlex.join([*argv[:-1], line])


@pytest.mark.parametrize(
    "command",
    [
        ["sh", "-c", "export DB_PASSWORD=kJ7xQ2"],
        ["env", "DB_PASSWORD=kJ7xQ2", "run"],
        ["sh", "-c", "A=b x --password kJ7xQ2"],
    ],
)
def test_a_command_in_a_list_of_json_is_searched(command: list[str]) -> None:
    for text in (json.dumps({"command": command}), json.dumps([json.dumps(command)]), f"command: {command}"):
        assert "kJ7xQ2" not in Redactor(load_policy()).text(text)


@given(st.text("ab '\"\\\n;&|()<>=", max_size=30))
def test_words_of_a_shell_are_those_of_the_standard_library(line: str) -> None:
    words = list(shell_words(line))
    assert all(start < end for start, end, _ in words)
    if not set(";&|()<>`") & set(line) and "#" not in line:
        if "\\\n" in line and "'" in line:
            return
        # The standard library keeps the end of a line behind a backslash; a shell takes out both.
        joined = re.sub(r"(\\[^\n])|\\\n", lambda match: match[1] or "", line)
        try:
            expected = shlex.split(joined)
        except ValueError:
            return
        assert [word.value for word in words] == expected
