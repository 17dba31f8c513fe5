"""Whatever is in a file: nothing is raised, and nothing passes without being seen."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.lint import from_grammar, from_sqlglot, grammar
from tools.lint.grammar import NotRead
from tools.lint.lint import lint
from tools.lint.parse import parse
from tools.lint.psql import without_psql

WORDS = (  # noqa: SIM905 - a list of eighty quotes, some of them content, reads badly
    "ALTER TABLE t|ADD COLUMN a int|ALTER a SET NOT NULL|DROP CONSTRAINT c|CREATE INDEX ON t (a)|UPDATE t SET a = 1|"
    "DELETE FROM t|WHERE a = 1|WHERE user = 'x'|SELECT 1|FROM t|WITH q AS (DELETE FROM t)|;|,|(|)|'|\"|$$|$a$|--|\n|/*|"
    "*/|BEGIN|COMMIT|DO $$ x $$|DEFAULT random()|NOT NULL|U&\"a\"|E'\\'|$1|\x00|\ud800|é|\u00a0|\\d|\ufeff|ONLY|CASCADE"
).split("|")

anything = st.text(st.characters(), max_size=80)
sql_like = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


def blank(sql: str) -> bool:
    """Tell whether a server would find nothing to do in a file that it accepts."""
    try:
        return not grammar.split(without_psql(sql)[0])
    except (NotRead, UnicodeEncodeError):
        return False


@settings(max_examples=400, deadline=None)
@given(anything | sql_like)
def test_any_text_is_read_or_reported(sql: str) -> None:
    findings = lint(sql)

    assert parse(sql) or findings or blank(sql)
    assert all(finding.line >= 1 and finding.column >= 1 for finding in findings)


@settings(max_examples=400, deadline=None)
@given(sql_like)
def test_text_that_postgresql_refuses_has_an_error(sql: str) -> None:
    sent, _ = without_psql(sql)
    try:
        grammar.split(sent)
    except (NotRead, UnicodeEncodeError):
        assert "not-understood" in {finding.rule for finding in lint(sql)}


@settings(max_examples=400, deadline=None)
@given(sql_like)
def test_what_sqlglot_reads_the_grammar_reads_the_same(sql: str) -> None:
    for statement in parse(sql):
        read = from_sqlglot.read(statement.text) if not any("\ud800" <= c <= "\udfff" for c in sql) else None
        if read is not None and [action for action in statement.actions if action in read]:
            assert from_grammar.read(statement.text) == read
