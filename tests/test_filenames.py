from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.filenames import safe_name


@given(st.text() | st.text("./\\-_ ~:*?\0\n\x1b"))
def test_a_safe_name_never_leaves_its_folder(text: str) -> None:
    name = safe_name(text)
    assert name == Path(name).name
    assert name not in ("", ".", "..")
    assert not name.startswith((".", "-"))
    assert not set(name) & set('/\\:*?"<>|\0 \n\x1b$`&;')
    assert name.isprintable()
    assert 0 < len(name.encode()) <= 121
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("openstack image show", "openstack-image-show"),
        ("이미지", "이미지"),
        ("con", "con_"),
        ("con.txt", "con_.txt"),
        ("NUL.txt", "NUL_.txt"),
        (".hidden", "hidden"),
        ("-rf", "rf"),
        ("a" * 300, "a" * 120),
        ("image-show.yaml", "image-show.yaml"),
    ],
)
def test_safe_names(text: str, name: str) -> None:
    assert safe_name(text) == name
