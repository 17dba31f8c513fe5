"""Files in their order are one history: what is known stays known, what is new does not stay new."""

from tools.lint.frameworks import Source
from tools.lint.lint import History


def found(*files: str | tuple[str, str]) -> list[list[str]]:
    history = History()
    named = [file if isinstance(file, tuple) else ("a.sql", file) for file in files]
    judged = [history.judge(Source(name=name, text=text)).findings for name, text in named]
    return [[one.rule for one in findings if one.rule != "lock-timeout-missing"] for findings in judged]


PROOF = "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID"
VALID = "ALTER TABLE t VALIDATE CONSTRAINT c"
REQUIRED = "ALTER TABLE t ALTER a SET NOT NULL"


def test_a_table_of_an_earlier_file_may_be_in_use_by_now() -> None:
    assert found("CREATE TABLE t (a int); CREATE INDEX ON t (a)", "CREATE INDEX ON t (a)") == [
        [],
        ["create-index-blocking"],
    ]


def test_a_proof_of_an_earlier_file_counts() -> None:
    assert found(PROOF, VALID, REQUIRED) == [[], [], []]
    assert found(PROOF, REQUIRED) == [[], ["set-not-null-scan"]]
    assert found(PROOF, VALID, "ALTER TABLE t DROP CONSTRAINT c", REQUIRED)[-1] == ["set-not-null-scan"]


def test_a_domain_of_an_earlier_file_is_known() -> None:
    assert found("CREATE DOMAIN d AS int CHECK (VALUE > 0)", "ALTER TABLE t ADD a d")[1] == ["add-column-rewrite"]


def test_a_setting_or_a_transaction_ends_with_its_file() -> None:
    unclosed = "BEGIN; " + PROOF

    assert found(unclosed, VALID)[1] == []
    assert (
        found(
            "SET search_path = other; CREATE TABLE t (a int)", "CREATE TABLE t (a int); CREATE INDEX ON public.t (a)"
        )[1]
        == []
    )


def test_what_undoes_does_not_count_for_the_files_after_it() -> None:
    down = ("1.down.sql", "ALTER TABLE t DROP CONSTRAINT c")

    assert found(PROOF, VALID, down, REQUIRED)[-1] == []
    assert found(PROOF, VALID + f";\n-- migrate:down\n{down[1]}", REQUIRED)[-1] == []


def test_the_statements_of_all_parts_are_counted() -> None:
    judged = History().judge(Source(text="-- migrate:up\nSELECT 1; SELECT 2;\n-- migrate:down\n\\i x.sql\nSELECT 3;"))

    assert judged.statements == 4
    assert [one.line for one in judged.findings] == [4]
