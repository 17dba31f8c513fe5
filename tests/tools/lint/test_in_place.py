"""Whatever is taken out of a file, filled in, or cut into sections: nothing moves."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.lint.frameworks import Source, sections
from tools.lint.lint import lint
from tools.lint.psql import with_names_filled_in, without_psql

PIECES = (
    *("ALTER TABLE t", "SELECT 1", ";", "'", '"', "$$", "$a$", "--", "\n", "/*", "*/", "E'\\'", "a[1:b]", "é", "\r"),
    *("\\d", "\\i f", "\\g", "\\gexec", "\\;", "\\.", "COPY t FROM stdin", ":name", ":'a'", "${a:-b}", "::text"),
    *("-- migrate:down", "-- +goose Down", "-- whimbrel: ignore not-understood: because", "--changeset a:1"),
)

scripts = st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join) | st.text(st.characters(), max_size=60)


def line_ends(text: str) -> list[int]:
    return [at for at, character in enumerate(text) if character == "\n"]


@settings(max_examples=400, deadline=None)
@given(scripts)
def test_what_is_taken_out_or_filled_in_moves_nothing(sql: str) -> None:
    for text in (without_psql(sql)[0], with_names_filled_in(sql)):
        assert len(text) == len(sql)
        assert line_ends(text) == line_ends(sql)


@settings(max_examples=400, deadline=None)
@given(scripts)
def test_every_character_of_a_file_stands_in_one_section_at_its_place(sql: str) -> None:
    at = 0
    for section in sections(Source(text=sql)):
        assert section.sql[at:] == sql[at : len(section.sql)]
        at = len(section.sql)

    assert at == len(sql)


@settings(max_examples=400, deadline=None)
@given(scripts)
def test_any_script_is_linted_and_every_finding_has_a_place_in_it(sql: str) -> None:
    lines = sql.count("\n") + 1

    assert all(1 <= finding.line <= lines and finding.column >= 1 for finding in lint(sql))
