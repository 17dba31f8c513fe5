"""The labelled set is whole, and its labels are what a server says."""

import pytest

from evals.bench.lint_quality.label import HAZARDS, Label, Labels, read_labels
from evals.bench.lint_quality.linters import Remark, of_squawk, of_whimbrel, squawk
from evals.bench.lint_quality.measure import files, measured_on, server_of
from evals.bench.lint_quality.score import score
from tools.engines.embedded import EmbeddedServer

FEW = (
    "add_token_random_uuid",
    "check_validate_dbmate",
    "drop_column",
    "foreign_key_at_once",
    "index_concurrently_in_transaction",
    "rename_table_with_view",
    "set_not_null_recipe",
    "truncate",
    "vacuum_full",
)

LABELS = Labels(
    files={
        "a.sql": (
            Label(line=1, column=1, text="a", hazards=("fails",)),
            Label(line=2, column=1, text="b"),
            Label(line=3, column=1, text="c", measured=False),
        )
    }
)


def test_every_migration_is_labelled_and_no_other() -> None:
    labels = read_labels()

    assert list(labels.files) == [file.name for file in files()]
    assert len(labels.files) >= 150


def test_every_hazard_and_clean_statements_occur_often() -> None:
    ones = [one for statements in read_labels().files.values() for one in statements if one.measured]

    assert all(sum(hazard in one.hazards for one in ones) >= 7 for hazard in HAZARDS)
    assert sum(not one.hazards for one in ones) > len(ones) / 2


def test_a_server_says_what_the_labels_say(server16: EmbeddedServer) -> None:
    chosen = [file for file in files() if file.stem in FEW]

    found = measured_on(server16, chosen)

    assert {name: [one.hazards for one in ones] for name, ones in found.items()} == {
        file.name: [one.hazards for one in read_labels().files[file.name]] for file in chosen
    }
    assert len(found) == len(FEW)


@pytest.mark.slow
def test_both_servers_say_what_all_labels_say(server16: EmbeddedServer, server18: EmbeddedServer) -> None:
    by_server = {16: server16, 18: server18}
    found: dict[str, tuple[Label, ...]] = {}
    for major, server in by_server.items():
        found |= measured_on(server, [file for file in files() if server_of(file.read_text("utf-8")) == major])

    labels = read_labels().files
    assert {name: [one.hazards for one in found[name]] for name in labels} == {
        name: [one.hazards for one in ones] for name, ones in labels.items()
    }


def test_a_remark_counts_for_the_statement_it_stands_in() -> None:
    remarks = [
        Remark(file="a.sql", line=1, column=9, rule="right", safety=True),
        Remark(file="a.sql", line=2, column=1, rule="wrong", safety=True),
        Remark(file="a.sql", line=3, column=1, rule="of-what-was-not-run", safety=True),
    ]

    result = score(LABELS, remarks)

    assert (result.found(), result.false_alarms(), result.missed()) == ({("a.sql", 0)}, {("a.sql", 1)}, [])
    assert result.false_by_rule() == [("wrong", 1)]
    assert result.files() == (1, 0, 0)


def test_what_nobody_remarks_on_is_missed() -> None:
    assert score(LABELS, []).missed() == [("a.sql", 0)]
    assert score(LABELS, []).files() == (0, 0, 1)


def test_both_linters_answer_for_the_set() -> None:
    program = squawk()
    if program is None:
        pytest.skip("squawk-cli of the `dev` extra is not installed")
    chosen = [file for file in files() if file.stem == "index_plain"]

    [theirs] = [remark.rule for remark in of_squawk(program, chosen) if remark.safety]
    [ours] = [remark.rule for remark in of_whimbrel(chosen) if remark.safety]

    assert (ours, theirs) == ("create-index-blocking", "require-concurrent-index-creation")
