"""kg as others get it: a wheel, an editable install, a source folder. Nothing here asks a package index.

The packages that kg needs are lent by the environment that runs the tests (which has them from the lock); kg itself
never is, since the path file that lends them brings no editable install along.
"""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DATA = ("ontology", "queries", "views")
PACKED = ("src", *DATA, "pyproject.toml", "README.md", "LICENSE")

pytestmark = pytest.mark.slow


def run(*command: str | Path, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program far from the checkout's environment: none of our variables, the C locale."""
    keep = ("PATH", "HOME", "SYSTEMROOT", "TEMP", "TMPDIR")
    environment = {**{k: os.environ[k] for k in keep if k in os.environ}, "LC_ALL": "C", **variables}
    return subprocess.run(
        list(map(str, command)), cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )


def good(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def new_environment(folder: Path) -> Path:
    """A virtual environment that borrows our packages, but not kg; gives the folder of its programs."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    variables = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", variables))
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return Path(sysconfig.get_path("scripts", "venv", variables))


def install(programs: Path, what: Path, *options: str) -> None:
    pip = (sys.executable, "-m", "pip", "--python", programs / "python", "--disable-pip-version-check", "--quiet")
    good(
        run(
            *pip, "install", "--no-index", "--no-deps", "--no-build-isolation", "--ignore-installed", *options, what,
            folder=programs,
        )
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Installed:
    """Where the programs are, where the data has to be found, and the variables that this way needs."""

    programs: Path
    home: Path
    variables: Mapping[str, str]


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is packed, copied to a folder with spaces in its name."""
    folder = tmp_path_factory.mktemp("a checkout elsewhere")
    for name in PACKED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    good(run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, folder=checkout))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(checkout: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Installed]:
    """kg in a fresh environment, in three ways."""
    found: dict[str, Installed] = {}
    for way in ("checkout", "editable", "wheel"):
        folder = tmp_path_factory.mktemp(f"environment {way}")
        programs = new_environment(folder)
        if way == "wheel":
            install(programs, wheel)
        if way == "editable":
            install(programs, checkout, "--editable")
        variables = {"PYTHONPATH": str(checkout / "src")} if way == "checkout" else {}
        found[way] = Installed(programs, folder if way == "wheel" else checkout, variables)
    return found


def members(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def expected_members(checkout: Path) -> dict[str, bytes]:
    """The package and the data folders as they should lie in the wheel."""
    places = {"src/kg": "kg", **{name: f"kg/data/{name}" for name in DATA}}
    return {
        f"{there}/{file.relative_to(checkout / here).as_posix()}": file.read_bytes()
        for here, there in places.items()
        for file in sorted((checkout / here).rglob("*"))
        if file.is_file()
    }


def test_wheel_holds_the_package_and_its_data_and_nothing_else(wheel: Path, checkout: Path) -> None:
    inside = {name: content for name, content in members(wheel).items() if ".dist-info/" not in name}
    assert inside == expected_members(checkout)
    for wanted in ("kg/messages/cli.yaml", "kg/data/ontology/congress.ttl", "kg/data/ontology/shapes.ttl"):
        assert wanted in inside
    for folder in ("kg/page/", "kg/data/queries/", "kg/data/views/"):
        assert any(name.startswith(folder) for name in inside), folder


def test_wheel_from_the_source_archive_is_the_same(
    checkout: Path, wheel: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    good(run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, folder=checkout))
    (archive,) = tmp_path.glob("*.tar.gz")
    unpacked = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked, filter="data")
    (folder,) = unpacked.iterdir()
    good(run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", unpacked, folder=folder))
    (again,) = unpacked.glob("*.whl")
    assert members(again) == members(wheel)


@pytest.mark.parametrize("way", ["checkout", "editable", "wheel"])
def test_data_is_found(way: str, installed: Mapping[str, Installed], tmp_path: Path) -> None:
    kg = installed[way]
    script = f"from kg.config import find_data\nfor name in {DATA}: print(find_data(name))"
    out = good(run(kg.programs / "python", "-X", "utf8", "-c", script, folder=tmp_path, **kg.variables))
    found = [Path(line) for line in out.splitlines()]
    assert [path.name for path in found] == list(DATA)
    for path in found:
        assert path.is_relative_to(kg.home.resolve())
        assert any(path.iterdir())


@pytest.mark.parametrize("way", ["checkout", "editable", "wheel"])
def test_version_is_that_of_the_project(way: str, installed: Mapping[str, Installed], tmp_path: Path) -> None:
    kg = installed[way]
    script = "import kg; print(kg.__version__)"
    told = good(run(kg.programs / "python", "-c", script, folder=tmp_path, **kg.variables)).strip()
    # A bare source folder was never installed; here the lent environment may know a version all the same.
    assert told == PROJECT["version"] or (way == "checkout" and told == "0+source")


@pytest.mark.parametrize("way", ["editable", "wheel"])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_help_runs(way: str, lang: str, installed: Mapping[str, Installed], tmp_path: Path) -> None:
    kg = installed[way]
    out = good(run(kg.programs / "kg", "--lang", lang, "--help", folder=tmp_path))
    assert "build" in out
    assert "query" in out


@pytest.mark.parametrize("way", ["editable", "wheel"])
def test_build_in_an_empty_folder_says_what_is_missing(
    way: str, installed: Mapping[str, Installed], tmp_path: Path
) -> None:
    kg = installed[way]
    done = run(kg.programs / "kg", "build", folder=tmp_path)
    assert done.returncode != 0
    assert "data/facts" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_wheel_builds_its_first_project(installed: Mapping[str, Installed], tmp_path: Path) -> None:
    kg = installed["wheel"]
    good(run(kg.programs / "kg", "init", "my facts", folder=tmp_path))
    good(run(kg.programs / "kg", "build", folder=tmp_path / "my facts"))
    good(run(kg.programs / "kg", "verify", folder=tmp_path / "my facts"))
    out = good(run(kg.programs / "kg", "query", "ASK { ?s ?p ?o }", folder=tmp_path / "my facts"))
    assert out == "yes\n"


def imported_packages() -> set[str]:
    """Every package that the code imports, its own and Python's left out."""
    found: set[str] = set()
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"kg"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


#: What another finds by its name: fontpkg its fonts, Python its time zones.
FOUND_BY_NAME = {"fontpkg-roboto", "tzdata"}


def names(needs: list[str]) -> set[str]:
    """The packages that requirements name."""
    return {plain(re.split(r"[^\w.-]", need)[0]) for need in needs}


def test_what_is_imported_is_declared_and_the_reverse() -> None:
    """A package that is there only because a tool of ours needs it would be missing from an installed wheel."""
    homes = importlib.metadata.packages_distributions()
    used = {plain(name) for package in imported_packages() for name in homes[package]}
    base = names(PROJECT["dependencies"])
    extras = [names(needs) for extra, needs in PROJECT["optional-dependencies"].items() if extra != "dev"]
    more = {name for extra in extras for name in extra}
    assert used == (base | more) - FOUND_BY_NAME
    assert not base & more
