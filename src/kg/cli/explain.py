"""``kg explain``: what a code means, with a case of it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

import click
from click.shell_completion import CompletionItem

from kg.cases import CaseFile, codes, load_case, message, told
from kg.cli.common import Context
from kg.errors import UsageError
from kg.messages import choose, say

__all__ = ["commands"]

#: A file that is repeated, or long, is shown by its beginning.
LINES = 24


@click.pass_obj
def _explain(context: Context, /, code: str | None) -> None:
    lang = context.lang
    if code is None:
        for known in codes():
            print(f"{known}  {message(known, lang)}")
        return
    wanted = code.upper()
    if wanted not in codes():
        near = get_close_matches(wanted.replace("O", "0").replace("I", "1"), codes(), n=3, cutoff=0.5)
        raise UsageError("explain.unknown", code=code, near=", ".join(near) or "kg explain")
    case = load_case(wanted)
    parts = [f"{wanted}: {message(wanted, lang)}", choose(case.about, lang)]
    if case.wrong:
        said = [problem.line(lang) for problem in told(case, case.wrong)]
        parts.append(f"{say('explain.wrong', lang)}\n\n{_files(case.wrong)}")
        parts.append(f"{say('explain.said', lang, command=case.command)}\n\n" + "\n".join(f"    {s}" for s in said))
        parts.append(f"{say('explain.right', lang)}\n\n{_files(case.right)}")
    else:
        parts.append(say("explain.unseen", lang))
    print("\n\n".join(parts))


def _files(files: Mapping[str, CaseFile]) -> str:
    shown = []
    for name, file in files.items():
        lines = file.text.splitlines()
        more = ["…"] if file.times > 1 or len(lines) > LINES else []
        head = [f"{name}:"] if len(files) > 1 else []
        shown.append("\n".join(f"    {line}" for line in [*head, *lines[:LINES], *more]))
    return "\n\n".join(shown)


def _complete(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    return [CompletionItem(code) for code in codes() if code.startswith(typed.upper())]


def commands(lang: str) -> list[click.Command]:
    """The command, with its help in ``lang``."""
    code = click.Argument(["code"], metavar="[CODE]", required=False, shell_complete=_complete)
    return [click.Command("explain", callback=_explain, help=say("explain.help", lang), params=[code])]
