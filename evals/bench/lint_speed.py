"""How many statements a second `whimbrel lint` judges, and whether the time grows in step. Run it with `python -m`.

CPU seconds of one process, the rules and the grammar loaded; the best of three. Squawk's beside it, where installed:
CPU seconds of its process, starting included, on two cores or more.
"""

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from evals.bench.lint_quality.linters import squawk
from tools.lint.frameworks import Source
from tools.lint.lint import History

SIZES = (1_000, 10_000, 40_000)
REPEAT = 3
BUDGET = 3_000
"""Statements a second."""

SAME_TABLES = 2_000
"""Statements that go to the same tables, before the next ones take over."""

MIXED = """\
CREATE TABLE accounts_{n} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(255) NOT NULL, settings jsonb NOT NULL DEFAULT '{{}}'::jsonb, created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX CONCURRENTLY IF NOT EXISTS accounts_{n}_name_idx ON accounts_{n} USING btree (lower(name)) WHERE name <> '';
ALTER TABLE users_{t} ADD COLUMN note_{n} text, ADD COLUMN score_{n} integer DEFAULT 0;
ALTER TABLE "orders_{t}" ADD CONSTRAINT "fk_rails_{n}" FOREIGN KEY ("user_id") REFERENCES "users_{t}" ("id") ON DELETE CASCADE;
ALTER TABLE orders_{t} VALIDATE CONSTRAINT orders_check_{n};
ALTER TABLE users_{t} ALTER COLUMN note_{n} SET NOT NULL;
CREATE UNIQUE INDEX index_users_{n} ON users_{t} (email, tenant_id);
UPDATE users_{t} SET status = 'inactive', updated_at = now() WHERE last_seen < now() - interval '{n} days' AND status <> 'inactive';
INSERT INTO schema_migrations (version) VALUES ('{n}'), ('{n}1');
COMMENT ON TABLE accounts_{n} IS 'It''s an account; one of many';
CREATE OR REPLACE FUNCTION touch_{n}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END; $$;
CREATE TRIGGER touch_{n} BEFORE UPDATE ON users_{t} FOR EACH ROW EXECUTE FUNCTION touch_{n}();
CREATE OR REPLACE VIEW active_{n} AS SELECT u.id, u.email, count(o.id) AS orders FROM users_{t} u LEFT JOIN orders_{t} o ON o.user_id = u.id WHERE u.status = 'active' GROUP BY u.id, u.email;
GRANT SELECT, INSERT ON accounts_{n} TO reporting;
DROP INDEX CONCURRENTLY IF EXISTS accounts_{n}_name_idx;
ALTER TABLE payments_{t} ADD COLUMN token_{n} uuid DEFAULT gen_random_uuid();
DELETE FROM sessions_{t} WHERE expires_at < now() - interval '{n} days';
SET lock_timeout = '2s';
ALTER TABLE users_{t} DROP COLUMN IF EXISTS legacy_{n};
"""  # noqa: E501 - as migrations are written


def script(statements: int) -> str:
    """Return that many statements of mixed real-life DDL; no table gets more columns than PostgreSQL allows."""
    shapes = [line for line in MIXED.splitlines(keepends=True) if not line.startswith("--")]
    return "".join(shape.format(n=n, t=n // SAME_TABLES) for n, shape in enumerate(islice(cycle(shapes), statements)))


def judged(sql: str) -> int:
    """Return how many statements the linter took for one."""
    return History(major=16).judge(Source(text=sql)).statements


def cpu_of(action: Callable[[], object]) -> float:
    """Return CPU seconds, those of children included: the best of three."""
    return min(_once(action) for _ in range(REPEAT))


def _once(action: Callable[[], object]) -> float:
    before = os.times()
    action()
    after = os.times()
    return sum(after[:4]) - sum(before[:4])


def line(name: str, statements: int, cpu: float, budget: str = "") -> str:
    rate = f"{statements / cpu:10,.0f} a second"
    return f"{name:<10} {statements:>7,} statements {cpu:8.3f} s CPU {rate}   {budget}".rstrip()


def theirs(program: str, sql: str, folder: Path) -> float:
    """Return squawk's CPU seconds for one file."""
    file = folder / "all.sql"
    file.write_text(sql, "utf-8")
    command = [program, "--reporter", "json", "--pg-version", "16", str(file)]
    return cpu_of(lambda: subprocess.run(command, capture_output=True, check=False))


def main() -> None:
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, best of {REPEAT}")
    program = squawk()
    judged(script(20))
    with tempfile.TemporaryDirectory() as folder:
        for statements in SIZES:
            sql = script(statements)
            assert judged(sql) == statements
            print(line("whimbrel", statements, cpu_of(partial(judged, sql)), f"budget {BUDGET:,} a second"))
            if program:
                print(line("squawk", statements, theirs(program, sql, Path(folder))))
    if program is None:
        print("squawk is not installed, so it was not asked.", file=sys.stderr)


if __name__ == "__main__":
    main()
