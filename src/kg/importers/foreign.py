"""A file from elsewhere: opened, hashed and decoded, and refused where it could do harm.

Nothing here trusts the file. Its size is known before it is read whole, its bytes are decoded strictly, and every
fault is told with its place in the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.errors import DataError, Place, Problem
from kg.messages import catalogue

__all__ = ["MAX_DEPTH", "MAX_TEXT", "Foreign", "offset_place", "open_foreign", "refuse"]

#: Formats that must be held in memory whole are read up to this size; the others stream.
MAX_TEXT = 20_000_000
#: Deeper nesting than any programme has.
MAX_DEPTH = 60
_BLOCK = 1 << 20
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


def refuse(shown: str, code: str, line: int = 1, column: int = 1, **params: object) -> DataError:
    """A fault of the foreign file, ready to be raised."""
    return DataError([Problem(Place(shown, line, column), code, params)])


def offset_place(text: str, index: int) -> tuple[int, int]:
    """Line and column, from 1, of a position in a text."""
    before = text[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


@dataclass(frozen=True, slots=True)
class Foreign:
    """A file to import. ``shown`` is its name in messages, ``name`` its path below the folder that is imported."""

    path: Path
    shown: str
    name: str
    sha256: str
    size: int

    def text(self) -> str:
        """The whole text, a byte order mark included: positions count it.

        Raises:
            DataError: the file is too large to be held in memory, or is not UTF-8.
        """
        if self.size > MAX_TEXT:
            raise refuse(self.shown, "I004", size=_megabytes(self.size), most=_megabytes(MAX_TEXT))
        data = self.path.read_bytes()
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._not_utf8(data, error) from error

    def chunks(self) -> Iterator[bytes]:
        """The bytes, a block at a time."""
        with self.path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                yield block

    def lines(self, longest: int) -> Iterator[str]:
        """The lines with their ends, decoded one by one.

        Raises:
            DataError: a line is not UTF-8, or has more than ``longest`` bytes.
        """
        with self.path.open("rb") as stream:
            number = 0
            while raw := stream.readline(longest + 1):
                number += 1
                if len(raw) > longest:
                    raise refuse(self.shown, "I005", number, what=catalogue("importing")["line"], most=longest)
                try:
                    yield raw.decode("utf-8")
                except UnicodeDecodeError as error:
                    raise self._not_utf8(raw, error, number) from error

    def _not_utf8(self, data: bytes, error: UnicodeDecodeError, line: int = 1) -> DataError:
        for mark, encoding in _BYTE_ORDER_MARKS:
            if data.startswith(mark):
                return refuse(self.shown, "I001", line, what=encoding)
        down, column = offset_place(data[: error.start].decode("utf-8", "replace"), error.start)
        column = len(data[: error.start].rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        return refuse(self.shown, "I001", line + down - 1, column, what=f"0x{data[error.start]:02X}")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"


def open_foreign(path: Path, shown: str, name: str) -> Foreign:
    """A file, hashed.

    Raises:
        DataError: it cannot be read.
    """
    digest = hashlib.sha256()
    size = 0
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
                size += len(block)
    except OSError as error:
        raise refuse(shown, "Y011", why=error.strerror or type(error).__name__) from error
    return Foreign(path, shown, name, digest.hexdigest(), size)
