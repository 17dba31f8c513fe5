"""The SQL of a backfill, for keys of one and of more columns."""

import re

import pytest

from protocol.figure import Figure
from protocol.key import Key, KeyColumn
from protocol.keyset import keyset_backfill
from protocol.names import TableName
from protocol.steps import Backfill
from tools.lint import grammar

ONE = Key(index="users_pkey", columns=(KeyColumn(name="id", type="bigint"),))
TWO = Key(
    index="items_pkey",
    columns=(KeyColumn(name="order", type="uuid"), KeyColumn(name="Line no", type="character varying(10)")),
)
THREE = Key(index="k", columns=tuple(KeyColumn(name=name, type="integer") for name in ("a", "b", "c")))
ROWS = Figure(value=1_000_000, unit="rows", source="measured", how="count(*)")


def backfill_along(key: Key, rows: Figure = ROWS) -> Backfill:
    return keyset_backfill(
        table=TableName(name="items"),
        key=key,
        assign="token = DEFAULT",
        to_do="token IS NULL",
        rows=rows,
        title="Fill token",
        why="So.",
    )


def parameters(sql: str) -> list[int]:
    return sorted({int(number) for number in re.findall(r"\$(\d+)", sql)})


@pytest.mark.parametrize("key", [ONE, TWO, THREE], ids=["one", "two", "three"])
def test_every_statement_is_one_statement_of_its_kind(key: Key) -> None:
    step = backfill_along(key)
    statements = (step.first_sql, step.bound_sql, step.from_start_sql, step.update_sql, step.left_sql)
    kinds = [grammar.tree(grammar.split(sql)[0]).WhichOneof("node") for sql in statements]

    assert [len(grammar.split(sql)) for sql in statements] == [1, 1, 1, 1, 1]
    assert kinds == ["select_stmt", "select_stmt", "update_stmt", "update_stmt", "select_stmt"]


@pytest.mark.parametrize("key", [ONE, TWO, THREE], ids=["one", "two", "three"])
def test_parameters_are_the_keys_and_the_batch_size(key: Key) -> None:
    step, width = backfill_along(key), len(key.columns)

    assert parameters(step.first_sql) == [1]
    assert parameters(step.bound_sql) == list(range(1, width + 2))
    assert parameters(step.from_start_sql) == list(range(1, width + 1))
    assert parameters(step.update_sql) == list(range(1, 2 * width + 1))
    assert parameters(step.left_sql) == []


def test_a_single_key_is_written_plainly() -> None:
    step = backfill_along(ONE)

    assert step.first_sql == (
        "SELECT batch.id::text, (count(*) OVER ())::int FROM "
        "(SELECT id FROM public.items ORDER BY id LIMIT $1::bigint) AS batch ORDER BY batch.id DESC LIMIT 1"
    )
    assert step.update_sql == (
        "UPDATE public.items SET token = DEFAULT WHERE id > $1::bigint AND id <= $2::bigint AND token IS NULL"
    )
    assert step.from_start_sql == "UPDATE public.items SET token = DEFAULT WHERE id <= $1::bigint AND token IS NULL"
    assert step.left_sql == "SELECT count(*) FROM public.items WHERE token IS NULL"


def test_a_composite_key_is_compared_as_a_row_in_the_order_of_its_index() -> None:
    step = backfill_along(TWO)

    assert step.bound_sql == (
        'SELECT batch."order"::text, batch."Line no"::text, (count(*) OVER ())::int FROM '
        '(SELECT "order", "Line no" FROM public.items WHERE ("order", "Line no") > '
        '($1::uuid, $2::character varying(10)) ORDER BY "order", "Line no" LIMIT $3::bigint) AS batch '
        'ORDER BY batch."order" DESC, batch."Line no" DESC LIMIT 1'
    )
    assert step.update_sql == (
        'UPDATE public.items SET token = DEFAULT WHERE ("order", "Line no") > ($1::uuid, $2::character varying(10)) '
        'AND ("order", "Line no") <= ($3::uuid, $4::character varying(10)) AND token IS NULL'
    )


def test_the_time_follows_from_the_rows_and_says_so() -> None:
    duration = backfill_along(ONE).duration

    assert (duration.value, duration.unit, duration.source) == (40, "seconds", "estimated")
    assert "1,000,000 rows written in batches at 25,000 a second" in duration.how


def test_unknown_rows_take_an_unknown_time() -> None:
    duration = backfill_along(ONE, Figure.unknown("no statistics")).duration

    assert (duration.value, duration.source, duration.how) == (None, "unknown", "no statistics")
