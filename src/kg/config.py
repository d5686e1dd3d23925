"""Where things lie and what may be set: the one place that knows a checkout from an installed wheel.

Settings come from ``kg.toml`` in the working folder, if there is one; options of the command win over it.
Nothing is read at import.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields, replace
from importlib.resources import files
from pathlib import Path

from kg.errors import UsageError

__all__ = ["DEFAULT_BASE", "Settings", "find_data", "load_settings"]

DEFAULT_BASE = "https://w3id.org/congress-kg/id/"
SETTINGS_FILE = "kg.toml"


_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`?#]+/")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project may set. Paths are relative to the working folder; ids follow ``base``, which ends in /.

    Raises:
        UsageError: the base is no such address.
    """

    base: str = DEFAULT_BASE
    facts: str = "data/facts"
    sources: str = "sources"
    output: str = "output"
    withheld: str = "withheld.yaml"
    identity: str = "data/identity.yaml"

    def __post_init__(self) -> None:
        if not _BASE.fullmatch(self.base):
            raise UsageError("cli.bad_base", base=self.base)


def find_data(name: str) -> Path:
    """The folder ``ontology``, ``queries`` or ``views``: in the wheel, or at the top of a checkout.

    An editable install runs from the checkout, so both cases end in one of two places.

    Raises:
        UsageError: neither place has the folder: the installation is broken.
    """
    packaged = Path(str(files("kg"))) / "data" / name
    checkout = Path(__file__).resolve().parents[2] / name
    for folder in (packaged, checkout):
        if folder.is_dir():
            return folder
    raise UsageError("cli.no_data", name=name)


def load_settings(folder: Path, **given: str | None) -> Settings:
    """Settings of the project in ``folder``; values given (not None) win.

    Raises:
        UsageError: ``kg.toml`` is not TOML, names an unknown setting or holds something else than text.
    """
    path = folder / SETTINGS_FILE
    settings = Settings()
    if path.is_file():
        try:
            loaded = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError("cli.bad_settings", path=path.name, why=str(error)) from error
        known = {f.name for f in fields(Settings)}
        for key, value in loaded.items():
            if key not in known or not isinstance(value, str):
                raise UsageError("cli.unknown_setting", setting=key, known=", ".join(sorted(known)))
        settings = replace(settings, **loaded)
    return replace(settings, **{k: v for k, v in given.items() if v is not None})
