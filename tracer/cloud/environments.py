"""Virtual environments for services and clients. uv builds them with packages of the release's time."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import uv

from tracer import storage
from tracer.cloud import service_processes
from tracer.cloud.cache import Progress, locked, private_folder
from tracer.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracer.cloud.release_data import Environment

__all__ = ["Built", "build", "finished", "key", "own_environment"]

MARKER = "tracer-complete.json"
INHERITED = re.compile(
    r"^(HOME|LANG|LC_\w+|LOGNAME|PATH|SHELL|SSL_CERT_\w+|TMPDIR|TZ|USER|XDG_\w+|(https?|all|no)_proxy"
    r"|UV_(CACHE_DIR|DEFAULT_INDEX|HTTP_TIMEOUT|INDEX\w*|EXTRA_INDEX_URL|FIND_LINKS|INSECURE_HOST|NATIVE_TLS"
    r"|KEYRING_PROVIDER|OFFLINE|PYTHON_INSTALL_MIRROR|SYSTEM_CERTS|CONFIG_FILE))$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Built:
    """A finished environment: its folder, and its Python version ("3.11.7")."""

    path: Path
    python: str

    @property
    def etc(self) -> Path:
        """Return the folder for the configuration samples of packages."""
        return self.path / "etc"

    def command(self, name: str) -> Path:
        """Return the path of the executable ``name`` in this environment."""
        return self.path / "bin" / name


def key(packages: Mapping[str, str], environment: Environment) -> str:
    """Return a short hash of the packages and the data of their environment."""
    content = msgspec.json.encode([dict(packages), environment], order="sorted")
    return hashlib.sha256(content).hexdigest()[:12]


def build(
    name: str,
    packages: Mapping[str, str],
    environments: Sequence[Environment],
    cache: Path,
    progress: Progress,
) -> Built:
    """Return the environment with these packages (versions by name). Build it if it is missing.

    The first of ``environments`` with an installed Python version is used. If there is none, uv downloads a
    Python for the first of ``environments``. Raises CloudError, with the path of the log, if that fails.
    """
    if built := finished(name, packages, environments, cache):
        return built
    environment, python = _choose(environments, cache, progress)
    path = _path(name, packages, environment, cache)
    with locked(cache, path.name, progress):
        if built := _finished(path):
            return built
        listed = ", ".join(f"{package} {version}" for package, version in packages.items())
        progress(f"installing {listed} (first time only)")
        return _install(path, python, packages, environment, cache)


def finished(
    name: str, packages: Mapping[str, str], environments: Sequence[Environment], cache: Path
) -> Built | None:
    """Return the first of ``environments`` that is built with these packages, or None."""
    builds = (_finished(_path(name, packages, environment, cache)) for environment in environments)
    return next(filter(None, builds), None)


def own_environment(built: Built, home: Path) -> dict[str, str]:
    """Return the variables for a process of ``built``, without the user's proxies, Pythons and clouds."""
    inherited = {name: value for name, value in os.environ.items() if name in {"TMPDIR", "TZ"}}
    path = f"{built.path / 'bin'}{os.pathsep}{os.defpath}"
    return {**inherited, "HOME": str(home), "LANG": "C.UTF-8", "PATH": path, "PYTHONUNBUFFERED": "1"}


def _path(name: str, packages: Mapping[str, str], environment: Environment, cache: Path) -> Path:
    # The scripts inside contain this path. With links resolved, they still work when a link is gone.
    return (cache / "environments").resolve() / f"{name}-{key(packages, environment)}"


def _finished(path: Path) -> Built | None:
    if not (path / "bin" / "python").exists():
        return None
    try:
        python = msgspec.json.decode((path / MARKER).read_bytes(), type=dict[str, str])["python"]
    except (OSError, KeyError, msgspec.DecodeError):
        return None
    return Built(path, python)


def _install(
    path: Path, python: str, packages: Mapping[str, str], environment: Environment, cache: Path
) -> Built:
    log = cache / "logs" / f"{path.name}.log"
    log.unlink(missing_ok=True)
    if path.exists():
        shutil.rmtree(path)
    private_folder(path.parent)
    purpose = f"installing {', '.join(packages)}"
    create = ["venv", "--no-project", "--python", python, str(path)]
    service_processes.run(_uv(create, cache, log), purpose)
    requirements = [f"{package}=={version}" for package, version in packages.items()] + environment.add
    words = ["pip", "install", "--python", str(path / "bin" / "python")]
    words += ["--exclude-newer", _end_of(environment.exclude_newer)]
    for package, day in environment.newer.items():
        words += ["--exclude-newer-package", f"{package}={_end_of(day)}"]
    if environment.without:
        overrides = path / "tracer-overrides.txt"
        # A marker that is never true removes a package from the requirements of other packages.
        lines = [f"{package} ; python_version < '0'\n" for package in environment.without]
        storage.write_private(overrides, "".join(lines))
        words += ["--override", str(overrides)]
    service_processes.run(_uv([*words, *requirements], cache, log), purpose)
    version = _version_of(path / "bin" / "python")
    storage.write_private(path / MARKER, msgspec.json.encode({"python": version}).decode())
    return Built(path, version)


def _end_of(day: str) -> str:
    return f"{day}T23:59:59Z"


def _uv(words: Sequence[str], cache: Path, log: Path) -> service_processes.LoggedCommand:
    return service_processes.LoggedCommand([uv.find_uv_bin(), *words], _uv_environment(cache), log, cache)


def _uv_environment(cache: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if INHERITED.match(name)}
    path = [
        entry for entry in inherited.get("PATH", os.defpath).split(os.pathsep) if Path(entry).name != "shims"
    ]
    # pyenv's shims fail for versions that are not active, so search the folders of the versions.
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path(inherited.get("HOME") or "/nonexistent") / ".pyenv")
    path += [str(folder) for folder in sorted(pyenv.glob("versions/3.*/bin"))]
    return {
        "UV_CACHE_DIR": str(cache / "uv"),
        **inherited,
        "HOME": inherited.get("HOME") or str(cache),
        "PATH": os.pathsep.join(path),
        "UV_PYTHON_INSTALL_DIR": str(cache / "python"),
        "UV_NO_PROGRESS": "1",
        "NO_COLOR": "1",
    }


def _choose(environments: Sequence[Environment], cache: Path, progress: Progress) -> tuple[Environment, str]:
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    for environment in environments:
        if running in environment.python:
            # In a virtual environment, sys.executable is a link that is deleted with the environment.
            return environment, str(getattr(sys, "_base_executable", None) or sys.executable)
        for version in environment.python:
            if python := _find(version, cache):
                return environment, python
    wanted = environments[0].python
    progress(f"fetching Python {wanted[-1]}")
    log = cache / "logs" / f"python-{wanted[-1]}.log"
    log.unlink(missing_ok=True)
    try:
        service_processes.run(
            _uv(["python", "install", wanted[-1]], cache, log), f"fetching Python {wanted[-1]}"
        )
    except CloudError as error:
        either = " or ".join(wanted)
        raise CloudError(f"no Python {either} found: install one ({error})") from None
    python = _find(wanted[-1], cache)
    if not python:
        raise CloudError(f"no Python {wanted[-1]} found: install it", log)
    return environments[0], python


def _find(version: str, cache: Path) -> str | None:
    words = [uv.find_uv_bin(), "python", "find", "--no-project", "--system", "--no-python-downloads", version]
    answer = subprocess.run(
        words, env=_uv_environment(cache), cwd=cache, capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or None


def _version_of(python: Path) -> str:
    script = "import platform; print(platform.python_version())"
    answer = subprocess.run([python, "-I", "-c", script], env={}, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise CloudError(f"{python} does not run: {answer.stderr.strip()[-200:]}")
    return answer.stdout.strip()
