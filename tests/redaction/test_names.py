import pytest

from tracer.redaction import load_policy
from tracer.redaction.names import normal_form

NAMES = load_policy().names


@pytest.mark.parametrize(
    "name", ["dbPassword", "DB_PASSWORD", "db-password", "db.password", "Db password", "DBPassword"]
)
def test_a_name_has_one_form(name: str) -> None:
    assert normal_form(name) == "db_password"


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "passwords",
        "DB_PASS",
        "requirepass",
        "masterauth",
        "rootpwd",
        "pwd",
        "my_admin_password_2",
        "passwordConfirm",
        "password_hash",
        "keystone_authtoken_password",
        "secretKey",
        "awsSecretAccessKey",
        "sslPrivateKey",
        "myprivatekey",
        "X-Subject-Token",
        "token_value",
        "csrfToken",
        "user-data",
        "tempUrlKey",
        "rootpw",
        "bind_pw",
        "apiKeys",
        "access_tokens",
        "ClientSecrets",
        "passcodes",
        "pass_phrase",
        "otp",
        "vncTicket",
        "ca_key",
        "snmp_community",
        "wsrep_sst_auth",
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert NAMES.find(name) is not None


@pytest.mark.parametrize(
    "name",
    [
        "password_expires_at",
        "secret_ref",
        "token_type",
        "key_name",
        "public_key",
        "keypair",
        "key",
        "passed",
        "passive",
        "bypass",
        "tokenizer",
        "secretary",
        "token_endpoint",
        "password_regex",
        "max_tokens",
        "sort_key",
        "monkey",
        "hotkey",
        "secret_type",
        "pass_through",
        "prototype",
        "hotplug",
        "community",
        "auth",
        "passthrough",
        "password_file",
        "",
        "-",
        "x" * 1000,
    ],
)
def test_names_of_others(name: str) -> None:
    assert NAMES.find(name) is None


@pytest.mark.parametrize(
    "name", ["db_password", "dbPassword", "db-password", "db.password", "DBPASSWORD", "apiKey", "api-key"]
)
def test_each_name_holds_a_stem(name: str) -> None:
    assert any(stem in name.lower() for stem in load_policy().names.stems())
