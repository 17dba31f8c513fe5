"""Whatever stands in a file, it is read in time and without an exception."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.names import TableName
from tools.code import literals, other_models, python_code, sql
from tools.code.find import find_references
from tools.code.ignored import is_ignored, patterns
from tools.code.literals import FAMILIES

USERS = TableName(name="users")
QUOTES = ["'", '"', '"""', "`", "\\", "<<SQL", "SQL", "<<<X", "X", 'r#"', '"#', 'r"', '@"', "%q{", "<?php", "?>"]
WORDS = "${ } { ( ) // /* */ # #{ users role SELECT * FROM = ? :a %s -- ; do end class User struct model schema"
MODELS = ["@Entity", "@Table(", "@Column", "table!", ".define(", "'users'", 'pgTable("users",']
MARKS = [*QUOTES, *WORDS.split(), *MODELS]
SOURCE = st.lists(st.sampled_from([*MARKS, " ", "\n"]) | st.text(max_size=3), max_size=40).map("".join)


@given(SOURCE, st.sampled_from(sorted(FAMILIES)))
@settings(deadline=None)
def test_any_text_is_cut_and_keeps_its_length(text: str, ending: str) -> None:
    source = literals.read(text, ending)
    other_models.models_in(source, ending)

    assert len(source.code) == len(text)
    assert source.code.count("\n") == text.count("\n")


@given(SOURCE)
@settings(deadline=None)
def test_any_text_is_read_as_sql_and_as_python(text: str) -> None:
    for use in sql.uses_in_file(text, USERS, ["role"]):
        assert 0 <= use.line <= text.count("\n")
    python = python_code.parsed(text)
    assert python is None or list(python_code.literals(python)) is not None


@given(st.text(), st.text(min_size=1))
def test_any_gitignore_is_read(text: str, path: str) -> None:
    assert is_ignored(path, False, patterns(text)) in {True, False}


OPEN_ENDED = {
    "template.js": "users `" + "${a}" * 5_000,
    "string.rb": 'users "' + "#{a}" * 5_000,
    "annotations.java": "users\n" + "@A(x)  \n   " * 3_000 + "end",
    "decorators.ts": "users\n" + "@Entity(" * 2_000 + "@Column(" * 2_000,
    "heredocs.php": "<?php users " + "<<<A\n" * 2_000,
    "heredocs.rb": "users " + "<<A\n" * 2_000,
    "holes.js": "users `SELECT " + "${" * 3_000 + "`",
    "comments.sql": "SELECT 1 FROM users " + "/*" * 5_000,
    "parens.py": "users = 'SELECT " + "(" * 5_000 + "'",
    "deep.py": "users = " + "[" * 5_000 + "]" * 5_000,
    "sum.py": "users = 'SELECT' + " + "'a' + " * 3_000 + "'b'",
    "braces.prisma": "model users {\n" * 3_000,
    "entities.cs": '[Table("users")]' + "[Column(" * 3_000,
    "fields.go": "type Users struct {\n" + "A a `" * 3_000,
}


@pytest.mark.parametrize("name", OPEN_ENDED)
def test_text_that_is_made_to_be_slow_is_not(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(OPEN_ENDED[name], "utf-8")
    began = time.monotonic()

    find_references(tmp_path, USERS, ["role"])

    assert time.monotonic() - began < 5


def test_ten_thousand_files_take_seconds(tmp_path: Path) -> None:
    for i in range(10_000):
        folder = tmp_path / str(i % 100)
        folder.mkdir(exist_ok=True)
        users = "run('SELECT role FROM users')\n" if i % 20 == 0 else ""
        (folder / f"{i}.py").write_text("def f(x):\n    return x + 1\n\n\n" * 40 + users)
    began = time.monotonic()

    found = find_references(tmp_path, USERS, ["role"])

    assert (found.files_read, len(list(found.of("role")))) == (10_000, 500)
    assert time.monotonic() - began < 10
