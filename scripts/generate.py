"""Writes the files made from others: reference pages and the gallery in both languages, and the schema for editors.

``--check`` writes nothing and fails when a file is not what it should be. The pages say what the program says:
help texts, messages and labels have one home each, and this is none.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import click
import yaml

from kg.cases import CaseFile, codes, load_case, message, told
from kg.check import check
from kg.cli import command_line
from kg.config import find_data, load_settings
from kg.dossier import read_dossier
from kg.finding import study
from kg.messages import LANGUAGES, choose, say
from kg.ontodoc import ontology_page
from kg.ontology import Field, Ontology, Shape, load_ontology
from kg.picture import picture
from kg.query import load_groups, load_questions
from kg.schema import schema_text
from kg.view import load_views

ROOT = Path(__file__).resolve().parents[1]
PAGES = "docs/reference"
#: The gallery shows these facts, so that it does not grow with every source.
SHOWN = "data/facts/sndgct-paca/2024"

WORDS = {
    "made": {
        "en": "Made by `make docs` from {source}; do not edit.",
        "fr": "Engendré par `make docs` à partir de {source} ; ne pas modifier.",
    },
    "commands": {"en": "The commands", "fr": "Les commandes"},
    "everywhere": {"en": "`kg` itself, and every command:", "fr": "`kg` lui-même, et chaque commande :"},
    "problems": {"en": "What can be wrong, and what to do", "fr": "Ce qui peut clocher, et que faire"},
    "questions": {"en": "The ready questions", "fr": "Les questions prêtes"},
    "keys": {"en": "Sections, keys and words of a facts file", "fr": "Sections, clés et mots d’un fichier de faits"},
    "gallery": {"en": "A picture of every view", "fr": "Une image de chaque vue"},
    "gallery_intro": {
        "en": "One congress, seen in each of the ways that `kg` knows. Below each picture stands what its network "
        "shows; the number in brackets is the one that the sentence rests on. [How to read and make "
        "them](howto/network.en.md).",
        "fr": "Un congrès, vu de chacune des façons que `kg` connaît. Sous chaque image, ce que montre son réseau ; le "
        "nombre entre crochets est celui sur lequel repose la phrase. [Comment les lire et les "
        "faire](howto/network.fr.md).",
    },
    "key": {"en": "key | meaning | value | how many", "fr": "clé | sens | valeur | combien"},
    "word": {"en": "word | meaning", "fr": "mot | sens"},
    "parameter": {"en": "parameter | meaning | default", "fr": "paramètre | sens | par défaut"},
    "types": {"en": "Types", "fr": "Types"},
    "lists": {"en": "Closed lists", "fr": "Listes fermées"},
    "text": {"en": "text in a language", "fr": "texte dans une langue"},
    "name": {"en": "name, or name by language", "fr": "nom, ou nom par langue"},
    "plain": {"en": "plain text", "fr": "texte simple"},
    "ref": {"en": "id of: {what}", "fr": "identifiant de : {what}"},
    "concept": {"en": "a word of the list “{what}”", "fr": "un mot de la liste « {what} »"},
    "iri": {"en": "web address", "fr": "adresse web"},
    "any": {"en": "any", "fr": "tout élément"},
}
GROUPS = {
    "Y": {"en": "Y: the file as YAML", "fr": "Y : le fichier comme YAML"},
    "F": {"en": "F: the file as facts", "fr": "F : le fichier comme faits"},
    "I": {"en": "I: a file to import", "fr": "I : un fichier à importer"},
    "S": {"en": "S: the facts against the shapes", "fr": "S : les faits face aux formes"},
    "D": {"en": "D: decisions on who is the same", "fr": "D : décisions sur qui est le même"},
    "O": {"en": "O: the ontology", "fr": "O : l’ontologie"},
    "V": {"en": "V: passages and views", "fr": "V : extraits et vues"},
}


def word(key: str, lang: str, **params: str) -> str:
    return choose(WORDS[key], lang).format(**params)


def cell(text: str) -> str:
    """A text inside a table of Markdown."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: str, rows: list[list[str]]) -> str:
    columns = head.split(" | ")
    lines = [f"| {head} |", "|" + " --- |" * len(columns)]
    return "\n".join([*lines, *(f"| {' | '.join(map(cell, row))} |" for row in rows)]) + "\n"


def page(title: str, lang: str, source: str, parts: Iterator[str]) -> str:
    return "\n".join([f"# {word(title, lang)}\n", f"*{word('made', lang, source=source)}*\n", *parts])


def commands(lang: str) -> str:
    """Every command with its help as the terminal shows it, 100 columns wide."""

    def help_of(command: click.Command, name: str) -> str:
        context = click.Context(command, info_name=name, max_content_width=100, terminal_width=100)
        return f"```text\n{command.get_help(context).rstrip()}\n```\n"

    def parts() -> Iterator[str]:
        group = command_line(lang)
        yield f"{word('everywhere', lang)}\n"
        yield help_of(group, "kg")
        for name in sorted(group.commands):
            yield f"## kg {name}\n"
            yield help_of(group.commands[name], f"kg {name}")

    return page("commands", lang, "`kg --help`", parts())


def problems(lang: str) -> str:
    """Every problem code with its message, what it means, and a case of it put right."""

    def case_of(code: str) -> Iterator[str]:
        case = load_case(code)
        yield f"### {code}\n\n{message(code, lang)}\n\n{choose(case.about, lang)}\n"
        if case.wrong:
            said = "\n".join(problem.line(lang) for problem in told(case, case.wrong))
            yield f"{say('explain.wrong', lang)}\n\n{listing(case.wrong)}"
            yield f"{say('explain.said', lang, command=case.command)}\n\n```text\n{said}\n```\n"
            yield f"{say('explain.right', lang)}\n\n{listing(case.right)}"

    def parts() -> Iterator[str]:
        for letter, group in GROUPS.items():
            mine = [code for code in codes() if code[0] == letter]
            if mine:
                yield f"## {choose(group, lang)}\n"
            for code in mine:
                yield from case_of(code)

    return page("problems", lang, "`ontology/faults/`", parts())


def listing(files: Mapping[str, CaseFile]) -> str:
    """The files of a case, each in a block of its own; one that is repeated by its beginning."""
    blocks = []
    for name, file in files.items():
        head = f"`{name}`\n\n" if len(files) > 1 else ""
        more = "…\n" if file.times > 1 else ""
        blocks.append(f"{head}```yaml\n{file.text.rstrip()}\n{more}```\n")
    return "\n".join(blocks)


def questions(lang: str) -> str:
    """Every named question with its title and parameters."""

    def parts() -> Iterator[str]:
        groups, last = load_groups(find_data("queries")), 0
        for name, question in load_questions(find_data("queries")).items():
            if question.order // 100 * 100 != last:
                last = question.order // 100 * 100
                yield f"## {choose(groups[last], lang)}\n"
            yield f"### {name}\n\n**{choose(question.title, lang)}**\n\n{choose(question.description, lang)}\n"
            rows = [
                [f"`{given.name}`", choose(given.label, lang), f"`{given.default}`" if given.default else ""]
                for given in question.parameters
            ]
            if rows:
                yield table(word("parameter", lang), rows)

    return page("questions", lang, "`queries/`", parts())


def keys(lang: str) -> str:
    """What a facts file may write: sections with their keys, types, and the words of the closed lists."""
    ontology = load_ontology()

    def parts() -> Iterator[str]:
        shapes = {shape.iri: shape for shape in ontology.sections.values()}
        shapes |= {shape.iri: shape for shape in ontology.shapes.values()}
        for shape in shapes.values():
            yield f"## {shape.section}: {choose(shape.labels, lang)}\n"
            types = [f"`{name}`" for name, iri in ontology.class_words.items() if iri in shape.classes]
            if len(types) > 1:
                yield f"{word('types', lang)}: {', '.join(types)}\n"
            yield table(word("key", lang), [key_row(field, ontology, lang) for field in shape.fields.values()])
        yield f"## {word('lists', lang)}\n"
        for name, words in ontology.schemes.items():
            yield f"### {name}\n"
            yield table(word("word", lang), [[f"`{w}`", ontology.label(iri, lang)] for w, iri in words.items()])

    return page("keys", lang, "`ontology/`", parts())


def key_row(field: Field, ontology: Ontology, lang: str) -> list[str]:
    most = "" if field.max is None else str(field.max)
    many = str(field.min) if most == str(field.min) else f"{field.min}…{most or '∞'}"
    return [f"`{field.key}`", choose(field.labels, lang), kind_of(field, ontology, lang), many]


def kind_of(field: Field, ontology: Ontology, lang: str) -> str:
    """What stands after the key, in words."""
    if field.kind == "typed":
        return ", ".join(f"`{iri.rpartition('#')[2]}`" for iri in field.datatypes)
    if field.kind == "ref":
        target: Shape | None = ontology.shape_of(field.target) if field.target else None
        return word("ref", lang, what=choose(target.labels, lang) if target else word("any", lang))
    if field.kind == "concept":
        return word("concept", lang, what=field.scheme or "")
    return word(field.kind, lang)


def gallery() -> dict[str, str]:
    """A picture of each view in each language, and the page that shows them with what they say."""
    settings = replace(load_settings(ROOT), facts=SHOWN)
    checked, views = check(settings, ROOT), load_views(find_data("views"))
    store, ontology = checked.graph.store(), checked.ontology
    dossier = read_dossier(store, ontology)
    names = {iri: thing.labels for iri, thing in dossier.things.items()}
    files: dict[str, str] = {}
    for lang in LANGUAGES:
        parts = [word("gallery_intro", lang) + "\n"]
        for view in views:
            title, described = choose(view.titles, lang), choose(view.descriptions, lang)
            image = f"images/{view.name}.{lang}.svg"
            files[f"docs/{image}"] = picture(store, ontology, views, view, lang)
            said = "\n".join(f"- {f.text(lang, names)}" for f in study(view, store, ontology, dossier).findings)
            call = f"kg network {view.name} --picture {view.name}.svg"
            parts.append(f"## {title}\n\n{described}\n\n![{title}]({image})\n\n{said}\n\n```sh\n{call}\n```\n")
        files[f"docs/gallery.{lang}.md"] = page("gallery", lang, f"`views/`, `{SHOWN}/`", iter(parts))
    return files


def gettext_catalogue() -> bytes:
    """``click.yaml`` in the binary form that gettext reads (GNU gettext manual, “The Format of GNU MO Files”)."""
    head = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n > 1);\n"
    pairs = {"": head}
    said: dict[str, str | list[str]] = yaml.safe_load(
        (ROOT / "src/kg/messages/locale/fr/click.yaml").read_text("utf-8")
    )
    for english, french in said.items():
        if isinstance(french, str):
            pairs[english] = french
        else:
            one, several, *texts = french
            pairs[f"{one}\0{several}"] = "\0".join(texts)
    items = sorted((key.encode("utf-8"), text.encode("utf-8")) for key, text in pairs.items())
    count, start = len(items), 28 + 16 * len(items)
    tables, strings = [b"", b""], b""
    for column in (0, 1):
        for item in items:
            tables[column] += struct.pack("<II", len(item[column]), start + len(strings))
            strings += item[column] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, start) + b"".join(tables) + strings


def generated() -> dict[str, bytes]:
    """Every generated file: its path from the root, and its bytes."""
    made: dict[str, Callable[[str], str]] = {
        "commands": commands,
        "keys": keys,
        "problems": problems,
        "questions": questions,
    }
    files = {f"{PAGES}/{name}.{lang}.md": make(lang) for name, make in made.items() for lang in LANGUAGES}
    files |= gallery()
    files["data/facts/facts.schema.json"] = schema_text(load_ontology(), "en")
    pages = {f"docs/ontology/ontology.{lang}.html": ontology_page(load_ontology(), lang) for lang in LANGUAGES}
    files |= pages
    made_bytes = {name: text.encode("utf-8") for name, text in files.items()}
    return {**made_bytes, "src/kg/messages/locale/fr/LC_MESSAGES/messages.mo": gettext_catalogue()}


def stale(files: dict[str, bytes]) -> list[str]:
    return [name for name, made in files.items() if not (ROOT / name).is_file() or (ROOT / name).read_bytes() != made]


def main(arguments: list[str]) -> int:
    files = generated()
    old = stale(files)
    if arguments == ["--check"]:
        for name in old:
            print(f"{name}: is not what its sources give; run make docs", file=sys.stderr)
        return 1 if old else 0
    for name in old:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_bytes(files[name])
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
