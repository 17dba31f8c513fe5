"""What somebody else changes between plan and step is seen, whatever hangs on the table."""

import pytest

from tests.tools.changes.road import plan_for
from tests.tools.ground import Ground
from tools.introspect.read import read_snapshot

SCHEMA = """
CREATE TYPE mood AS ENUM ('new', 'done');
CREATE TABLE p (id bigint, state mood, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (1000);
INSERT INTO p SELECT g, 'new' FROM generate_series(1, 50) AS g;
"""

MEANWHILE = {
    "a default partition": "CREATE TABLE p_rest PARTITION OF p DEFAULT",
    "a partition is detached": "ALTER TABLE p DETACH PARTITION p1",
    "a label": "ALTER TYPE mood ADD VALUE 'open'",
    "a policy": "CREATE POLICY own ON p USING (true)",
    "row security": "ALTER TABLE p ENABLE ROW LEVEL SECURITY",
    "an index": "CREATE INDEX ON p (state)",
    "a comment": "COMMENT ON TABLE p IS 'x'",
    "a column": "ALTER TABLE p ADD COLUMN n int",
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_changes_meanwhile_changes_the_fingerprint(any_ground: Ground, what: str) -> None:
    any_ground.ask(SCHEMA)
    plan = plan_for(any_ground, ("set_default", {"table": "p", "column": "state", "default": "'new'"}))
    any_ground.ask(MEANWHILE[what])
    with any_ground.reading() as connection:
        now = read_snapshot(connection, plan.watched)

    assert now.fingerprint != plan.schema_before.fingerprint


def test_nothing_changes_by_itself(any_ground: Ground) -> None:
    any_ground.ask(SCHEMA)
    plan = plan_for(any_ground, ("set_default", {"table": "p", "column": "state", "default": "'new'"}))
    any_ground.ask("INSERT INTO p VALUES (51, 'done'); ANALYZE p")
    with any_ground.reading() as connection:
        now = read_snapshot(connection, plan.watched)

    assert now.fingerprint == plan.schema_before.fingerprint
