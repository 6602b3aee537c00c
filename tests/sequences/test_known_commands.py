import pytest

from tracer.sequences import known_words


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("image show secret", "image show"),
        ("image show image show", "image show"),
        ("image list", "image list"),
        ("ec2 credentials list", "ec2 credentials list"),
        ("ec2 credentials delete secret", "ec2 credentials delete"),
        ("server resize confirm secret", "server resize confirm"),
        ("server resize secret", "server resize"),
        ("server migrate secret", "server migrate"),
        ("object store account set", "object store account set"),
        ("volume transfer request accept secret", "volume transfer request accept"),
        ("database user create secret volume secret", "database user create"),
        ("image frobnicate secret", "image"),
        ("server backup secret", "server backup"),
        ("server backup --wait secret", "server backup"),
        ("frobnicate secret list", ""),
        ("secret hunter list", "secret"),
        ("mysecret", ""),
        ("", ""),
    ],
)
def test_an_argument_is_no_word_of_the_command(line: str, name: str) -> None:
    assert " ".join(known_words(line.split())) == name


def test_commands_of_plug_ins_are_known() -> None:
    for command in (
        "stack create",
        "baremetal node set",
        "zone create",
        "loadbalancer create",
        "secret store",
    ):
        assert known_words([*command.split(), "x"]) == command.split()
