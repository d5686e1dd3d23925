"""Completion in the shell: through click, and by a real bash with real keys."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from click.shell_completion import CompletionItem, ShellComplete

from asking import DEMO, ONTOLOGY, ROOT, engine, environment, kg_query, written
from kg.cli import command_line
from kg.config import DEFAULT_BASE
from kg.messages import LANGUAGES
from kg.query import Graphs, Parameter, bind, choices, load_questions, run

QUESTIONS = load_questions(ROOT / "queries")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a built graph in it, where nothing is set."""
    folder = tmp_path_factory.mktemp("project")
    written(DEMO, folder / "output")
    return folder


Complete = Callable[..., list[CompletionItem[str]]]


@pytest.fixture
def complete(project: Path, monkeypatch: pytest.MonkeyPatch) -> Complete:
    monkeypatch.chdir(project)
    monkeypatch.delenv("COMP_WORDS", raising=False)

    def call(*words: str, lang: str = "en") -> list[CompletionItem[str]]:
        shell = ShellComplete(command_line(lang), {}, "kg", "_KG_COMPLETE")
        return shell.get_completions(["query", *words[:-1]], words[-1])

    return call


def values(items: list[CompletionItem[str]]) -> list[str]:
    return [item.value for item in items]


def things(project: Path, kind: str) -> list[str]:
    """What the graph holds, asked in SPARQL."""
    answer = run(Graphs.of_folder(project / "output"), f"SELECT ?s {{ ?s a {kind} }}", prefixes=ONTOLOGY.prefixes)
    return sorted(str(getattr(row[0], "value", "")).removeprefix(DEFAULT_BASE) for row in answer.rows)


# ------------------------------------------------------------------ through click


def test_questions_come_first_with_their_titles(complete: Complete) -> None:
    assert values(complete("")) == list(QUESTIONS)
    found = complete("speakers", lang="fr")
    assert values(found) == [name for name in QUESTIONS if name.startswith("speakers")]
    assert found[0].help == QUESTIONS[found[0].value].title["fr"]


def test_where_no_question_fits_the_shell_completes_files(complete: Complete) -> None:
    assert [(item.type, item.value) for item in complete("./mine")] == [("file", "./mine")]


def test_then_the_parameters_not_yet_written(complete: Complete) -> None:
    assert values(complete("speakers", "")) == ["session=", "lang="]
    assert values(complete("speakers", "session=x", "")) == ["lang=en", "lang=fr"]
    assert complete("speakers", "session=x", "lang=fr", "") == []
    assert complete("speakers", "nothing") == []
    assert complete("no-such-question", "") == []
    assert complete("SELECT * { ?s ?p ?o }", "") == []


def test_a_parameter_alone_comes_with_its_values(complete: Complete, project: Path) -> None:
    assert values(complete("speakers-for", "o")) == [
        f"organisation={name}" for name in things(project, "org:Organization")
    ]


def test_then_the_things_of_its_class(complete: Complete, project: Path) -> None:
    people = things(project, "schema:Person")
    assert len(people) > 5
    assert values(complete("who-sat-with", "person=")) == [f"person={name}" for name in people]
    (one,) = complete("who-sat-with", "person=maelle")
    assert (one.value, one.help) == ("person=maelle-tournevire", "Maëlle Tournevire")
    everything = values(complete("inferred-facts", "thing="))
    assert {f"thing={name}" for name in people} < set(everything)
    assert complete("who-sat-with", "other=ma") == []


def test_words_that_bash_cuts_at_the_sign(complete: Complete, monkeypatch: pytest.MonkeyPatch) -> None:
    assert values(complete("who-sat-with", "person", "=", "maelle")) == ["maelle-tournevire"]
    assert values(complete("who-sat-with", "person", "=", "x", "la")) == ["lang=en", "lang=fr"]
    monkeypatch.setenv("COMP_WORDS", "kg\nquery\nwho-sat-with\nlang\n=")
    assert values(complete("who-sat-with", "lang", "=")) == ["en", "fr"]
    monkeypatch.setenv("COMP_WORDS", "kg\nquery\nwho-sat-with\nlang\n")
    assert values(complete("who-sat-with", "lang", ""))[0].startswith("person=")


def test_a_file_with_a_header_has_parameters_too(complete: Complete, project: Path) -> None:
    head = "# title: {en: t, fr: t}\n# description: {en: d, fr: d}\n# order: 1\n"
    body = "# param r: {type: role, label: {en: a, fr: b}}\n# param n: {type: integer, label: {en: number, fr: b}}\n\n"
    (project / "mine.rq").write_text(f"{head}{body}ASK {{ ?s ?r ?n }}\n", encoding="utf-8", newline="\n")
    (project / "free.rq").write_text("ASK { ?s ?p ?o }\n", encoding="utf-8", newline="\n")
    (project / "bad.rq").write_text("# title: [\n", encoding="utf-8", newline="\n")
    assert values(complete("mine.rq", "r=speak")) == ["r=speaker"]
    (left,) = complete("mine.rq", "r=speaker", "n")
    assert (left.value, left.help) == ("n=", "number")
    assert complete("free.rq", "") == complete("bad.rq", "") == complete("none.rq", "") == []


@pytest.mark.parametrize("graph", ["", "<a> <b> \n", "\0"])
def test_without_a_graph_nothing_is_offered_and_nothing_breaks(
    graph: str, complete: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert complete("who-sat-with", "person=") == []
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "graph.ttl").write_text(graph, encoding="utf-8", newline="\n")
    assert complete("who-sat-with", "person=") == []
    assert values(complete("who-sat-with", "pers")) == ["person="]
    (tmp_path / "kg.toml").write_text("nonsense", encoding="utf-8", newline="\n")
    assert complete("who-sat-with", "person=") == []
    assert values(complete("who-sat-with", "pers")) == ["person="]


def test_every_kind_of_value_offered_can_be_asked_for(built: Path) -> None:
    """The first and last value of each parameter name one thing, so that the engine takes them."""

    def offered(parameter: Parameter) -> list[str]:
        return list(choices(parameter, ONTOLOGY, built / "graph.ttl", DEFAULT_BASE, "en"))

    asked = 0
    with engine(Graphs.of_folder(built)) as opened:
        for question in QUESTIONS.values():
            usual = yaml.safe_load((ROOT / "tests" / "questions" / f"{question.name}.yaml").read_text("utf-8"))[
                "parameters"
            ]  # free texts and numbers have no values to offer
            needed = {p.name: next(iter(offered(p)), usual.get(p.name)) for p in question.parameters if p.needed}
            for parameter in question.parameters:
                found = offered(parameter)
                assert found == sorted(found)
                for value in {*found[:1], *found[-1:]}:
                    opened.ask(question.text, bind(question, needed | {parameter.name: value}, ONTOLOGY, "en"))
                    asked += 1
    assert asked > 2 * len(QUESTIONS)


def test_a_needed_parameter_that_is_missing_comes_with_examples(project: Path, tmp_path: Path) -> None:
    done = kg_query(project, "who-sat-with")
    assert done.returncode == 2
    assert f"for example one of: {', '.join(things(project, 'schema:Person')[:5])}\n" in done.stderr
    without = kg_query(tmp_path, "who-sat-with", "--lang", "fr")
    assert without.returncode == 2
    assert "demande person (la personne) ; écrivez person=…\n" in without.stderr


# ------------------------------------------------------------------ through the shells' own protocol


def test_it_is_quick(project: Path) -> None:
    def once() -> float:
        given = {
            "_KG_COMPLETE": "bash_complete",
            "COMP_WORDS": "kg query speakers-for organisation=",
            "COMP_CWORD": "3",
        }
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "kg"], cwd=project, env=environment(**given), capture_output=True, check=True
        )
        assert b"plain,organisation=ugpe" in done.stdout
        return time.monotonic() - start

    assert min(once() for _ in range(5)) < 0.5


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_help_says_how_to_switch_it_on(shell: str, project: Path) -> None:
    for lang in LANGUAGES:
        assert f"_KG_COMPLETE={shell}_source kg" in kg_query(project, "--help", "--lang", lang).stdout
    done = subprocess.run(
        [sys.executable, "-m", "kg"],
        env=environment(_KG_COMPLETE=f"{shell}_source"),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert f"{shell}_complete" in done.stdout


@pytest.fixture
def typed(project: Path, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """What a bash at a terminal shows after some keys, once it shows all that is waited for."""
    if shutil.which("bash") is None or sys.platform == "win32":
        pytest.skip("there is no bash with a terminal here")
    asked = subprocess.run(["bash", "-c", "echo ${BASH_VERSINFO[0]}"], capture_output=True, check=True, text=True)
    if int(asked.stdout) < 5:
        pytest.skip("this bash is older than completion wants")
    import pty
    import select

    command = tmp_path / "bin" / "kg"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kg "$@"\n', encoding="utf-8", newline="\n")
    command.chmod(0o755)
    setup = "bind 'set enable-bracketed-paste off'; bind 'set page-completions off'; bind 'set bell-style none'; "
    setup += 'PS1="> "; eval "$(_KG_COMPLETE=bash_source kg)"; echo re""ady\n'
    own, other = pty.openpty()
    path = os.pathsep.join([str(command.parent), os.environ["PATH"]])
    shell = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"],
        stdin=other,
        stdout=other,
        stderr=other,
        cwd=project,
        env=environment(PATH=path, TERM="dumb", HISTFILE=""),
        start_new_session=True,
    )
    os.close(other)

    def keys(text: str, *wanted: str) -> str:
        os.write(own, text.encode())
        seen, end = "", time.monotonic() + 30
        while not all(word in seen for word in wanted) and time.monotonic() < end:
            if select.select([own], [], [], 0.1)[0]:
                seen += os.read(own, 65536).decode("utf-8", "replace")
        return seen

    try:
        assert "ready" in keys(setup, "\nready")
        yield keys
    finally:
        shell.kill()
        shell.wait()
        os.close(own)


def test_a_real_bash_completes_a_whole_line(typed: Callable[..., str]) -> None:
    line = "kg query speakers-for "
    assert line in typed("kg query speakers-fo\t", line)
    assert "organisation=" in typed("o\t", "organisation=")
    assert "section-vire-douce " in typed("sec\t", "section-vire-douce ")
    assert "lang=fr " in typed("lang=f\t", "lang=fr ")
    assert "Baptiste Oriol" in typed("\n", "Baptiste Oriol")


def test_a_real_bash_lists_the_values(typed: Callable[..., str], project: Path) -> None:
    people = things(project, "schema:Person")
    shown = typed("kg query who-sat-with person=\t\t", *people)
    assert [name for name in people if name not in shown] == []
