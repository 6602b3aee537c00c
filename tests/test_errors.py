"""Errors keep their data when they become text, and when they travel to another process."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from tracer.errors import (
    CloudError,
    CommandError,
    InputError,
    LeakError,
    NameTakenError,
    OutputError,
    RedactionError,
    RenderError,
    TracerError,
)
from tracer.findings import Leak
from tracer.writability import naming_option

TEXTS = [
    (
        InputError("a.yaml", "expected int, got str", "exchanges[3]"),
        "a.yaml: exchanges[3]: expected int, got str",
    ),
    (InputError("a.yaml", "No such file or directory"), "a.yaml: No such file or directory"),
    (OutputError("a.yaml", "the disk is full"), "cannot write a.yaml: the disk is full"),
    (
        LeakError("a.yaml", (Leak("token", 1, 2), Leak("known secret"))),
        "not written, a.yaml would hold a secret: token at 1:2; known secret in the file's name",
    ),
    (
        CloudError("glance did not start: no module x", Path("/l")),
        "glance did not start: no module x (log: /l)",
    ),
    (CloudError("the cloud zed is not up"), "the cloud zed is not up"),
    (
        CommandError("failed: no such image", "openstack image show x"),
        "`openstack image show x` failed: no such image",
    ),
    (CommandError("cannot start 'x': no such command"), "cannot start 'x': no such command"),
    (RedactionError(1), "1 exchange could not be redacted, and was written without its contents"),
    (RenderError("refused", (Path("a.svg"), Path("a.png"))), "no a.svg, a.png: refused"),
    (RenderError("the diagram has 201 parts"), "the diagram has 201 parts"),
]


@pytest.mark.parametrize(("error", "text"), TEXTS)
def test_the_text_of_an_error(error: TracerError, text: str) -> None:
    assert str(error) == text


@pytest.mark.parametrize("error", [error for error, _ in TEXTS])
def test_an_error_travels_with_its_data(error: TracerError) -> None:
    sent: TracerError = pickle.loads(pickle.dumps(error))
    assert type(sent) is type(error)
    assert (vars(sent), str(sent)) == (vars(error), str(error))


def test_the_detail_of_an_error_lacks_the_file() -> None:
    assert InputError("a.yaml", "expected int", "exchanges[3]").detail == "exchanges[3]: expected int"
    assert InputError("a: b", "not YAML").detail == "not YAML"
    assert CloudError("no space").detail == "no space"


def test_an_option_joins_the_error_of_its_folder() -> None:
    with pytest.raises(NameTakenError) as caught, naming_option("-o"):
        raise NameTakenError("a.yaml", "it exists already")
    assert (caught.value.problem, caught.value.option) == ("it exists already", "-o")
    assert str(caught.value) == "cannot write a.yaml: it exists already (-o chooses another folder)"
