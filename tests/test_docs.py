"""The documentation says what exists: commands, make targets, links, tables and columns."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import psycopg
import pytest
import yaml

from counterflow.__main__ import main
from counterflow.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
README = (ROOT / "README.md").read_text()
ENGINEER = (ROOT / "docs" / "data-engineer.md").read_text()
ALL_TEXT = "\n".join(page.read_text() for page in PAGES)
TARGETS = set(re.findall(r"^([a-z%-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
COMMANDS = {name: command for name, command in main.commands.items()}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme_and_its_options_in_the_guide(name: str) -> None:
    assert f"bin/counterflow {name}" in README
    options = [option for option in COMMANDS[name].params if isinstance(option, click.Option)]
    for option in options:
        long_name = next(text for text in option.opts if text.startswith("--"))
        if long_name != "--help":
            assert re.search(rf"`{name}[^`]*{long_name}", ENGINEER), f"{name} {long_name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_named_exists(page: Path) -> None:
    for name in re.findall(r"(?:bin/|python -m )counterflow ([a-z-]+)", page.read_text()):
        assert name in COMMANDS, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    in_code = re.findall(r"`(?:[A-Z]+=\S+ )*make ([a-z-]+)", page.read_text())
    in_blocks = re.findall(r"^(?:[A-Z]+=\S+ )*make ([a-z-]+)", page.read_text(), re.MULTILINE)
    # a line of prose may begin with the word
    assert {name for name in in_code} <= TARGETS
    assert {name for name in in_blocks if f"make {name}\n" in page.read_text()} <= TARGETS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if anchor:
            assert anchor in {_anchor(heading) for heading in _headings(file)}, target


def _headings(file: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_is_named_exists(page: Path) -> None:
    for path in re.findall(r"`([a-z_.]+/[\w./*-]+)`", page.read_text()):
        if (
            "w.py" in path
            or path.endswith(("/w/", "_w.py"))
            or path.startswith(("report/", "dbt_project/target/"))
        ):
            continue  # `w` is a system that is yet to be added; the others are made by a run
        assert list(ROOT.glob(path.rstrip("/"))), path


def test_every_runbook_is_in_the_index() -> None:
    folder = ROOT / "docs" / "runbooks"
    index = (folder / "README.md").read_text()
    for page in folder.glob("*.md"):
        if page.name != "README.md":
            assert f"({page.name})" in index, page.name


def test_every_section_of_the_settings_is_in_the_file_with_a_comment() -> None:
    text = (ROOT / "settings.toml").read_text()
    assert set(tomllib.loads(text)) == set(Settings.model_fields)


def test_readme_has_the_output_of_both_commands() -> None:
    for command in ("demo", "test"):
        assert re.search(
            rf"<!-- {command} output: begin -->\n```\n.+\n```\n<!-- {command} output: end -->", README, re.S
        )


def _described() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Every mart with the columns and types of its contract."""
    for file in (ROOT / "dbt_project" / "models" / "marts").rglob("*.yml"):
        for model in yaml.safe_load(file.read_text()).get("models", []):
            yield model["name"], [(column["name"], column["data_type"]) for column in model["columns"]]


@pytest.fixture
def described_database(empty_database: str) -> str:
    """The marts as their contracts describe them, without rows, and our own tables."""
    schema = sorted((ROOT / "connections" / "schema").glob("[0-9]*.sql"))
    with psycopg.connect(empty_database) as connection:
        for file in schema:
            connection.execute(file.read_bytes())
        for name, columns in _described():
            listed = ", ".join(f"{column} {kind}" for column, kind in columns)
            connection.execute(f"create table marts.{name} ({listed})".encode())
    return empty_database


@pytest.mark.parametrize(
    "page", [page for page in PAGES if "```sql" in page.read_text()], ids=lambda page: page.name
)
def test_every_query_runs(page: Path, described_database: str) -> None:
    for block in re.findall(r"```sql\n(.*?)```", page.read_text(), re.DOTALL):
        with psycopg.connect(described_database, autocommit=True) as connection:
            connection.execute(block.encode())


def test_the_analyst_is_told_of_every_mart() -> None:
    text = (ROOT / "docs" / "analyst.md").read_text()
    told = set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE))
    assert told == {name for name, _ in _described()}
