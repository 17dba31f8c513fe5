import ast
import json
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tools.ground import Ground
from tools.lint import grammar
from tools.migration_files.alembic import alembic_files
from tools.migration_files.django import django_files
from tools.migration_files.forms import Alembic, Django
from tools.migration_files.quoting import comment, dollar_quoted, ended, javascript_text, python_text
from tools.migration_files.script import Batches, Outside, Script, Transaction

MARKS = """' " \"\"\" ''' \\ % %s %(a)s { } {} {0} :name :: ` ${ ${a} $ $$ $sql$ $1 ? \\? -- /* */ // # #{ ; @at é 🐦"""
PIECES = st.sampled_from([*MARKS.split(), " ", "\n", "\r", "\r\n", "\t", "\u2028", "\x85", "\x0b"])
NASTY = st.lists(
    PIECES | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=4), max_size=12
).map("".join)


@given(NASTY)
@example('ends with "')
@example('"')
@example("\\")
def test_python_reads_the_text_back(sql: str) -> None:
    assert ast.literal_eval(python_text(sql)) == sql


@given(st.lists(NASTY, min_size=30, max_size=60))
@settings(max_examples=10, deadline=None)
def test_javascript_reads_the_text_back(texts: list[str]) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is needed to read JavaScript, and is not installed")
    source = "console.log(JSON.stringify([" + ",".join(map(javascript_text, texts)) + "]))"

    done = subprocess.run(["node", "-"], input=source, capture_output=True, text=True, timeout=60, encoding="utf-8")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == texts


def test_postgresql_reads_the_text_back(common_ground: Ground) -> None:
    @given(NASTY)
    @settings(max_examples=60, deadline=None)
    @example("$sq")
    @example("$sql$ $sql1$")
    @example("a$sql")
    def check(text: str) -> None:
        assert common_ground.value(f"SELECT {dollar_quoted(text)}") == text

    check()


@given(NASTY)
def test_no_text_gets_out_of_a_comment(text: str) -> None:
    for mark in ("--", "#", "//"):
        assert all(not line or line.startswith(mark) for line in comment(mark, [text]).splitlines())


@pytest.mark.parametrize("sql", ["SELECT 1", "SELECT 1 -- why", "SELECT 1\n-- why", "SELECT '--'"])
def test_a_statement_ends_where_it_ends(sql: str) -> None:
    assert len(grammar.split(f"{ended(sql)}\nSELECT 2")) == 2


@given(NASTY, NASTY)
@settings(deadline=None)
def test_whatever_the_plan_says_the_files_are_python(title: str, sql: str) -> None:
    batches = Batches(
        id="b",
        title=title or "b",
        key=("id",),
        first_sql=sql,
        bound_sql=sql,
        from_start_sql=sql,
        update_sql=sql,
        left_sql=sql,
        batch_rows=1,
        pause_ms=0,
    )
    parts = (
        Transaction(id="t", title=title, sql=(sql,), undo=(sql,)),
        Outside(id="o", title=title, sql=(sql,)),
        batches,
    )
    script = Script(title=title, name=title, seed="0123456789abcdef", parts=parts)
    for file in (
        *alembic_files(script, Alembic(why=""), datetime(2026, 1, 1, tzinfo=UTC)),
        *django_files(script, Django(why="", app="shop")),
    ):
        constants = {node.value for node in ast.walk(ast.parse(file.text)) if isinstance(node, ast.Constant)}

        assert sql in constants
