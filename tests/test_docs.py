"""The docs are complete and current: what the code has, a page explains; what a page names, the code has."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from archive import errors
from archive.store.table import Base
from crawler.pages.page import Outcome
from crawler.run.reading.answer import DOUBTFUL
from tests.make_docs import PAGES, all_rules, walk

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SETTING = re.compile(r"\bJIANBAO_[A-Z]+(?:_[A-Z]+)*\b")


def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def rows(text: str) -> list[list[str]]:
    """The cells of every table row of a page, code marks taken off."""
    lines = (line.strip() for line in text.splitlines())
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def sources(*folders: str) -> str:
    return "\n".join(file.read_text("utf-8") for folder in folders for file in sorted((ROOT / folder).rglob("*.py")))


@pytest.mark.parametrize("name", PAGES)
def test_a_written_page_is_current(name: str) -> None:
    assert page(name) == PAGES[name](), f"docs/{name} is out of date: run `make docs`"


def test_every_command_has_help_with_an_example() -> None:
    from crawler.cli import main

    for names, command in walk(main):
        assert command.help, names
        if len(names) > 1 and not hasattr(command, "commands"):
            assert "jianbao " in command.help, f"{' '.join(names)} --help has no example"
        for option in command.params:
            if getattr(option, "param_type_name", "") == "option":
                assert getattr(option, "help", None), f"{' '.join(names)}: {option.opts} has no help"


def test_every_setting_is_documented_and_exists() -> None:
    documented = set(SETTING.findall(page("settings.md")))
    assert set(SETTING.findall(sources("archive", "crawler", "migrations"))) <= documented
    assert documented <= set(SETTING.findall(sources("archive", "crawler", "migrations", "tests")))


def test_every_outcome_is_documented_and_exists() -> None:
    text = page("outcomes.md").partition("## Flags")[0]
    table = {cells[0]: cells for cells in rows(text)[2:]}
    assert set(table) == {str(outcome) for outcome in Outcome}
    assert {name for name, cells in table.items() if cells[2] == "doubtful"} == {str(outcome) for outcome in DOUBTFUL}


def test_every_flag_is_documented_and_exists() -> None:
    """Wherever the code names a flag: in a rule, in a template's reader, by an append, as damage, of a paged one, to a
    reader."""
    from archive.flags import DISAGREES, NO_TEXT
    from archive.load.markup import FLAG
    from crawler.pages.fields.damage import FLAGS
    from crawler.pages.page import CUT, PAGED

    text = sources("crawler/pages", "crawler/sites")
    named = set(re.findall(r"""flag\.([a-z_]+)|flag="([a-z_]+)"|flags\.append\("([a-z_]+)"\)""", text))
    found = {name for groups in named for name in groups if name} | {*FLAGS, DISAGREES, FLAG, NO_TEXT, *PAGED, *CUT}
    table = page("outcomes.md").partition("## Flags")[2].partition("\n## ")[0]
    assert {cells[0] for cells in rows(table)[2:]} == found


def test_every_relation_is_documented_and_says_whether_it_unites() -> None:
    from archive.dedup.relations import Relation
    from archive.dedup.verify.relation import SAME_TEXT

    table = page("duplicates.md").partition("## Relations")[2].partition("\n## ")[0]
    said = {cells[0]: cells[2] for cells in rows(table)[2:]}
    assert said == {name: "yes" if name in SAME_TEXT else "no" for name in get_args(Relation)}


def test_every_reason_is_documented_in_the_order_of_the_rules() -> None:
    from archive.dedup.reasons import APART, LINKED
    from archive.dedup.verify.apart import REASONS
    from archive.dedup.verify.relation import PARTS, SAME, UNSURE

    _, linked, apart = page("duplicates.md").partition("## Reasons")[2].partition("\n## ")[0].split("| reason |")
    assert {cells[0]: cells[1] for cells in rows(linked)[1:]} == LINKED
    assert {cells[0]: cells[1] for cells in rows(apart)[1:]} == APART
    assert tuple(APART) == REASONS, "archive/dedup/reasons.py has the words"
    rules = (*SAME, *PARTS, *UNSURE)
    assert set(LINKED) == {rule.name for rule in rules}, "archive/dedup/reasons.py has the words"


def test_the_signature_that_the_docs_compute_is_the_stored_one() -> None:
    from archive.dedup.fingerprints import fingerprint
    from crawler.demo.world.articles import story

    [code] = re.findall(r"^```python\n(.*?)^```$", page("duplicates.md"), re.DOTALL | re.MULTILINE)
    made: dict[str, Any] = {}
    exec(code, made)  # noqa: S102 - the page's own example
    body = story(1, 5).text
    assert made["signature"](body).hashvalues.astype("<u4").tobytes() == fingerprint(body).signature


def test_every_exit_code_is_documented_and_exists() -> None:
    table = {cells[1]: int(cells[0]) for cells in rows(page("exit-codes.md"))[2:] if cells[1]}

    def tree(kind: type[errors.JianbaoError]) -> list[type[errors.JianbaoError]]:
        return [kind, *(below for child in kind.__subclasses__() for below in tree(child))]

    ours = {kind.__name__: kind.exit_code for kind in tree(errors.JianbaoError) if kind.__module__ == errors.__name__}
    assert table == ours
    assert len(set(ours.values())) == len(ours), "two errors share an exit code"


def test_every_table_and_column_is_documented() -> None:

    text = page("data.md")
    for table in Base.metadata.sorted_tables:
        assert f"`{table.name}`" in text, f"docs/data.md does not explain the table {table.name}"
        for column in table.columns:
            assert f"`{column.name}`" in text, f"docs/data.md does not explain {table.name}.{column.name}"


def test_every_rule_has_an_id_of_its_own() -> None:
    ids = re.findall(r'\bid="([a-z0-9]+\.[a-z0-9_]+)"', sources("crawler/pages", "crawler/sites"))
    assert sorted(ids) == sorted(set(ids)), "two rules share an id"
    assert set(ids) <= set(all_rules()), "a rule does not stand on module level, so that docs/rules.md misses it"


@pytest.mark.parametrize(
    "file", [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
)
def test_links_between_the_docs_lead_somewhere(file: Path) -> None:
    prose = re.sub(r"```.*?```|``.*?``|`[^`\n]*`", "", file.read_text("utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose):
        if "://" not in link and not link.startswith("mailto:"):
            assert (file.parent / link).exists(), f"{file.name} links to {link}"


def test_the_readme_names_every_document_and_command() -> None:
    from crawler.cli import main

    readme = (ROOT / "README.md").read_text("utf-8")
    for document in DOCS.glob("*.md"):
        assert f"docs/{document.name}" in readme, f"README.md does not name docs/{document.name}"
    for name in main.modules:
        assert f"jianbao {name}" in readme, f"README.md does not name `jianbao {name}`"
    named = {name for text in re.findall(r"`([^`\n]+)`", readme) for name in re.findall(r"^jianbao ([a-z]+)", text)}
    assert named <= set(main.modules), f"README.md names {named - set(main.modules)}, which is not a command"


@pytest.mark.parametrize("file", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))])
def test_the_command_lines_of_the_docs_are_right(file: Path) -> None:
    """Each `jianbao …` line of a code block names a command that exists, and options that it has."""
    from crawler.cli import main

    commands = dict(walk(main))
    for block in re.findall(r"^```(?:sh|text)?\n(.*?)^```$", file.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        for line in re.findall(r"^[\s$*/\d]*(?:\S*/bin/)?(jianbao .*)$", block, re.MULTILINE):
            plain = re.sub(r"'[^']*'", "QUOTED", line)
            words = re.sub(r"\s#.*|[|&<>;].*|\[OPTIONS\].*", "", plain).split()[1:]
            names: tuple[str, ...] = ("jianbao",)
            known: set[str] = {"--help"}
            for word in words:
                if not word.startswith("-") and (*names, word) in commands:
                    names = (*names, word)
                elif word.startswith("-") and word != "-":
                    known |= {option for part in commands[names].params for option in part.opts}
                    assert word in known, f"{file.name}: {line}"
            assert names != ("jianbao",) or "--help" in words or "--version" in words, f"{file.name}: {line}"


def test_the_make_targets_that_the_docs_name_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    texts = [(ROOT / name).read_text("utf-8") for name in ("README.md", "CONTRIBUTING.md")]
    named = {
        name
        for text in [*texts, *(file.read_text("utf-8") for file in DOCS.glob("*.md"))]
        for name in re.findall(r"`make ([a-z-]+)`", text)
    }
    assert named <= targets, named - targets


def test_the_errors_are_drawn_as_they_are() -> None:
    drawn = dict(re.findall(r"^(?:[├└]── )?(\w+) +(\d+)  ", errors.__doc__ or "", re.MULTILINE))
    classes = [
        value for value in vars(errors).values() if isinstance(value, type) and value.__module__ == errors.__name__
    ]
    assert drawn == {value.__name__: str(value.exit_code) for value in classes}
