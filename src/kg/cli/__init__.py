"""The command ``kg``: finds the language, builds the commands in it, runs one, tells faults to people.

Exit codes: 0 all well, 1 a fault in the data, 2 wrong use, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

import kg
from kg.cli import build, curate, explain, export, identity, importing, network, query
from kg.cli.common import Context, find_language, show_data_error, speak
from kg.config import load_settings
from kg.errors import DataError, KgError
from kg.messages import LANGUAGES, say

__all__ = ["command_line", "main"]


def command_line(lang: str) -> click.Group:
    """The whole command line with its help in one language."""
    speak(lang)

    @click.group(
        "kg",
        help=say("cli.kg", lang),
        subcommand_metavar=say("cli.subcommand", lang),
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    @click.option("--lang", type=click.Choice(LANGUAGES), expose_value=False, help=say("cli.lang", lang))
    @click.version_option(kg.__version__, prog_name="kg", help=say("cli.version", lang))
    @click.pass_context
    def group(ctx: click.Context) -> None:
        ctx.obj = _context(lang)

    for module in (build, query, network, export, curate, importing, identity, explain):
        for command in module.commands(lang):
            command.params.append(
                click.Option(["--lang"], type=click.Choice(LANGUAGES), expose_value=False, help=say("cli.lang", lang))
            )
            group.add_command(command)
    return group


def _context(lang: str) -> Context:
    folder = Path()
    return Context(lang, load_settings(folder), folder, Console(soft_wrap=True), Console(stderr=True, soft_wrap=True))


def _use_utf8() -> None:
    """Write UTF-8 and plain line ends whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``kg`` with the arguments (those of the process by default) and exit."""
    _use_utf8()
    given = list(sys.argv[1:] if arguments is None else arguments)
    lang = find_language(given)
    err = Console(stderr=True, soft_wrap=True)
    try:
        result = command_line(lang).main(given, prog_name="kg", standalone_mode=False)
        sys.exit(result if isinstance(result, int) else 0)
    except DataError as error:
        show_data_error(error, Context(lang, load_settings(Path()), Path(), Console(), err))
        sys.exit(error.exit_code)
    except KgError as error:
        print(f"kg: {say('problems.error', lang)}: {error.message(lang)}", file=sys.stderr)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except (click.Abort, KeyboardInterrupt):
        print(f"kg: {say('cli.stopped', lang)}", file=sys.stderr)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
