"""Which files a folder means, in which order, and what is said of those that cannot be read."""

from pathlib import Path

import pytest

from protocol.errors import UsageError
from tools.lint.files import _walked, decoded, read, sql_files


def tree(folder: Path, *names: str) -> list[str]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("SELECT 1;")
    return [str(file.relative_to(folder)) for file in sql_files([folder])]


@pytest.mark.parametrize(
    "names",
    [
        ("1_a.up.sql", "1_a.down.sql", "2_b.up.sql", "2_b.down.sql", "10_c.up.sql", "10_c.down.sql"),
        ("2019_a/up.sql", "2019_a/down.sql", "2020_b/up.sql", "2020_b/down.sql"),
        ("V1__a.sql", "U1__a.sql", "V1_1__b.sql", "V2__c.sql", "V2.10__d.sql", "V10__e.sql", "R__views.sql"),
        ("20240101_init/migration.sql", "20240202_more/migration.sql"),
        ("deploy/9.sql", "deploy/10.sql", "revert/9.sql"),
        ("0001_a.sql", "0002_b.sql", "0010_c.SQL"),
    ],
)
def test_a_folder_is_read_in_the_order_of_deployment(names: tuple[str, ...], tmp_path: Path) -> None:
    assert tree(tmp_path, *reversed(names)) == list(names)


def test_hidden_and_foreign_folders_are_left_out(tmp_path: Path) -> None:
    assert tree(tmp_path, "a.sql", ".git/b.sql", "node_modules/p/c.sql", "vendor/d.sql", ".e.sql", "f.txt") == ["a.sql"]


def test_a_file_that_is_named_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / ".hidden").mkdir()
    file = tmp_path / ".hidden" / "structure.dump"
    file.write_text("SELECT 1;")

    assert sql_files([file]) == [file]
    assert tree(tmp_path / ".hidden", "b.sql") == ["b.sql"]


def test_a_folder_without_sql_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no \.sql file; nothing was judged"):
        sql_files([tmp_path])


def test_a_folder_that_cannot_be_listed_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone cannot be read: No such file or directory\. Nothing of it was judged"):
        list(_walked(tmp_path / "gone"))


def test_a_byte_order_mark_and_foreign_line_ends_are_taken_off() -> None:
    assert decoded(b"\xef\xbb\xbfSELECT 1;\r\nSELECT 2;\r", "a") == "SELECT 1;\nSELECT 2;\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("SELECT 'é'".encode("utf-16"), "a.sql is UTF-16 text, and was not judged. Save it as UTF-8."),
        (b"SELECT 1;\nSELECT '\xe9';", "a.sql is not UTF-8 text (line 2), and was not judged. Save it as UTF-8."),
    ],
)
def test_another_encoding_gets_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(UsageError) as error:
        decoded(content, "a.sql")

    assert error.value.message == said


def test_a_missing_file_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read: No such file or directory\. It was not judged"):
        read(tmp_path / "a.sql")


def test_a_file_beside_says_how_it_runs(tmp_path: Path) -> None:
    tree(tmp_path, "one/up.sql", "two/up.sql", "V1__a.sql", "V2__b.sql", "atlas/20240101.sql")
    (tmp_path / "one" / "metadata.toml").write_text("run_in_transaction = false\n")
    (tmp_path / "V1__a.sql.conf").write_text("executeInTransaction=false\n")
    (tmp_path / "atlas" / "atlas.sum").write_text("h1:sum\n")

    names = ("one/up.sql", "two/up.sql", "V1__a.sql", "V2__b.sql", "atlas/20240101.sql")
    said = [read(tmp_path / name).beside for name in names]

    assert said == ["none", "", "none", "", "transaction"]
