"""`whimbrel lint` and `whimbrel rule`, as a person or a pipeline calls them."""

import json
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from agent.__main__ import run
from agent.commands.lint import lint, rule

INDEX = "CREATE INDEX i ON t (a);\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, name: str, content: str | bytes) -> str:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def called(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(lint, arguments, input=given, standalone_mode=False, catch_exceptions=False)


def entries(*arguments: str, given: str | bytes | None = None) -> list[tuple[str, int, str]]:
    ended = called(*arguments, "--format", "json", given=given)
    return [(one["file"], one["line"], one["rule"]) for one in json.loads(ended.stdout)]


def test_an_error_ends_with_4_and_nothing_found_with_0(folder: Path) -> None:
    bad, good = write(folder, "bad.sql", INDEX), write(folder, "good.sql", "SELECT 1;")

    assert (called(bad).return_value, called(good).return_value) == (4, 0)
    assert called(good).stdout == "Nothing found in 1 file, 1 statement.\n"


def test_a_warning_alone_is_no_failure(folder: Path) -> None:
    assert called(write(folder, "a.sql", "ALTER TABLE t ADD a int DEFAULT mine();")).return_value == 0


def test_a_folder_is_one_history(folder: Path) -> None:
    limit = "SET lock_timeout = '2s';"
    write(folder, "db/2_b.sql", "ALTER TABLE t VALIDATE CONSTRAINT c;")
    write(folder, "db/10_c.sql", f"{limit} ALTER TABLE t ALTER a SET NOT NULL;")
    write(folder, "db/1_a.sql", f"{limit} ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;")

    assert entries("db") == []
    assert entries("db/10_c.sql") == [("db/10_c.sql", 1, "set-not-null-scan")]


def test_stdin_is_a_dash() -> None:
    assert entries("-", given="\n" + INDEX) == [("-", 2, "create-index-blocking")]
    assert entries("-", given=b"\xef\xbb\xbf" + INDEX.encode()) == [("-", 1, "create-index-blocking")]
    assert called("-", given=b"\xff").return_value == 2


def test_what_cannot_be_read_is_said_and_the_others_are_judged(folder: Path) -> None:
    write(folder, "latin.sql", "SELECT 'é';".encode("latin-1"))
    (folder / "empty").mkdir()
    ended = called("missing.sql", "latin.sql", "empty", write(folder, "bad.sql", INDEX))

    assert ended.return_value == 2
    assert "bad.sql:1:1 error create-index-blocking" in ended.stdout
    assert [line.split(" ", 2)[1] for line in ended.stderr.splitlines()] == ["missing.sql", "latin.sql", "empty"]


def test_rules_are_chosen_by_name_also_by_that_of_another_linter(folder: Path) -> None:
    file = write(folder, "a.sql", INDEX + "DELETE FROM t;")

    assert [rule for _, _, rule in entries(file, "--select", "update-whole-table")] == ["update-whole-table"]
    assert [rule for _, _, rule in entries(file, "--ignore", "require-concurrent-index-creation")] == [
        "update-whole-table"
    ]


def test_an_unknown_rule_is_refused_with_the_nearest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--ignore", "update-whole-tabel", write(folder, "a.sql", INDEX)]) == 2
    assert "Did you mean `update-whole-table`?" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--in-transaction", "--assume-in-transaction"])
def test_a_wrapping_tool_can_be_named_by_hand(option: str, folder: Path) -> None:
    file = write(folder, "a.sql", "CREATE INDEX CONCURRENTLY i ON t (a);")

    assert entries(file) == []
    assert entries(file, option) == [("a.sql", 1, "not-in-transaction")]


def test_the_version_of_the_server_counts(folder: Path) -> None:
    file = write(
        folder,
        "a.sql",
        "SET lock_timeout = '2s';\nALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;\n"
        "ALTER TABLE t VALIDATE CONSTRAINT c;\n",
    )

    assert entries(file, "--pg", "16") == []
    assert called(file, "--pg", "13").return_value == 0


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_every_format_tells_the_finding(form: str, folder: Path) -> None:
    ended = called(write(folder, "a.sql", INDEX), "--format", form)

    assert ended.return_value == 4
    assert "create-index-blocking" in ended.stdout


def test_a_terminal_gets_colours_and_a_file_none(folder: Path) -> None:
    file = write(folder, "a.sql", INDEX)
    coloured = CliRunner().invoke(lint, [file], color=True, standalone_mode=False).stdout

    assert "\x1b[31merror create-index-blocking\x1b[0m:" in coloured
    assert "\x1b" not in called(file).stdout


def test_a_server_tells_what_files_cannot(folder: Path, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE small (a int NOT NULL); CREATE TABLE large (a int NOT NULL, b text)")
        connection.execute("INSERT INTO large SELECT n, repeat('x', 100) FROM generate_series(1, 20000) AS n")
    file = write(
        folder,
        "a.sql",
        "SET lock_timeout = '2s'; CREATE INDEX ON small (a);\nCREATE INDEX ON large (b);\n"
        "ALTER TABLE large ALTER a SET NOT NULL;",
    )

    assert [line for _, line, _ in entries(file)] == [1, 2, 3]
    assert [line for _, line, _ in entries(file, "--dsn", database)] == [2]


def test_a_server_that_is_away_ends_with_3(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(folder, "a.sql", INDEX)

    assert run(["lint", file, "--dsn", f"postgresql://u:secret@/x?host={folder}"]) == 3
    said = capsys.readouterr().err
    assert "cannot be reached" in said
    assert "secret" not in said


def told(*arguments: str) -> str:
    return CliRunner().invoke(rule, arguments, standalone_mode=False, catch_exceptions=False).stdout


def test_a_rule_is_printed_by_any_of_its_names() -> None:
    assert told("set-not-null-scan").startswith("# set-not-null-scan\n")
    assert told("adding-not-nullable-field") == told("set-not-null-scan")
    assert "set-not-null-scan" in told()


def test_a_rule_misspelt_gets_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "set-not-null-scam"]) == 2
    assert "Did you mean `set-not-null-scan` or" in capsys.readouterr().err
