"""A dump that pg_dump itself has made of a rich schema is read from end to end."""

import subprocess
from collections.abc import Callable

import psycopg
import pytest

from protocol.findings import Finding, Severity
from tools.engines import client_tools
from tools.lint.lint import lint

RICH = """
CREATE SCHEMA app;
CREATE SCHEMA "Old";
CREATE EXTENSION pg_trgm WITH SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'ok');
CREATE TYPE app.pair AS (a int, b text);
CREATE DOMAIN app.code AS varchar(8) DEFAULT 'X' CONSTRAINT code_upper CHECK (VALUE = upper(VALUE));
CREATE TYPE app.span AS RANGE (subtype = numeric);
CREATE COLLATION app.binary (provider = libc, locale = 'C');
CREATE SEQUENCE app.tickets START 7 INCREMENT 3;
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN NEW.note := 'it''s; \\n' || E'\\\\' || $q$;$q$; RETURN NEW; END $body$;
CREATE FUNCTION app.one(int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE BEGIN ATOMIC SELECT $1; END;
CREATE PROCEDURE app.clean(INOUT a int) LANGUAGE plpgsql AS 'BEGIN a := 1; END';
CREATE AGGREGATE app.total(int) (sfunc = int4pl, stype = int, initcond = '0');
CREATE OPERATOR app.=== (leftarg = int, rightarg = int, function = int4eq);
CREATE TABLE app.users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, serial_no serial, email varchar(255) NOT NULL UNIQUE,
    state app.mood DEFAULT 'ok', code app.code, doubled int GENERATED ALWAYS AS (1 + 1) STORED, tags text[],
    note text COLLATE app.binary, "Odd ""Name;" text, place point,
    CONSTRAINT note_there CHECK (note IS NOT NULL) NOT VALID, EXCLUDE USING gist (place WITH ~=)
) WITH (fillfactor = 80);
CREATE TABLE "Old"."T" (user_id bigint REFERENCES app.users ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
CREATE UNLOGGED TABLE app.cache (k text) INHERITS ("Old"."T");
CREATE TABLE app.events (id bigint, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE app.events_1 PARTITION OF app.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE app.events_rest PARTITION OF app.events DEFAULT;
CREATE INDEX ON app.events (at);
CREATE INDEX users_note_idx ON app.users USING gin (note app.gin_trgm_ops) WHERE note <> ';';
CREATE INDEX users_lower_idx ON app.users (lower(email) DESC NULLS LAST) INCLUDE (code);
CREATE STATISTICS app.users_stats ON email, code FROM app.users;
CREATE VIEW app.names WITH (security_barrier) AS SELECT id, email FROM app.users WHERE state = 'ok' WITH CHECK OPTION;
CREATE MATERIALIZED VIEW app.counts AS SELECT state, count(*) FROM app.users GROUP BY 1 WITH NO DATA;
CREATE TRIGGER touch BEFORE UPDATE OF note ON app.users FOR EACH ROW
WHEN (OLD.note <> ';') EXECUTE FUNCTION app.touch();
ALTER TABLE app.users DISABLE TRIGGER touch;
CREATE RULE quiet AS ON DELETE TO "Old"."T" DO INSTEAD NOTHING;
ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON app.users FOR SELECT TO PUBLIC USING (email = current_user);
ALTER TABLE app.users REPLICA IDENTITY FULL;
ALTER TABLE app.users ALTER COLUMN note SET STATISTICS 500, ALTER COLUMN note SET STORAGE EXTERNAL;
ALTER TABLE app.users CLUSTER ON users_pkey;
CREATE PUBLICATION changes FOR TABLE app.users (id, email) WHERE (id > 7);
CREATE TEXT SEARCH CONFIGURATION app.french (COPY = pg_catalog.french);
CREATE CAST (app.pair AS text) WITH INOUT AS ASSIGNMENT;
COMMENT ON COLUMN app.users.note IS 'it''s -- a comment; not';
GRANT SELECT (id, email), UPDATE (note) ON app.users TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC;
CREATE FUNCTION app.noted() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER noted ON ddl_command_end EXECUTE FUNCTION app.noted();
INSERT INTO app.users (email, note, "Odd ""Name;", tags)
VALUES ('a@b', E'two\\nlines; DROP TABLE x', E'tab\\there''s', '{"a;b",c}'), ('c@d', 'e', NULL, NULL);
INSERT INTO app.events SELECT n, date '2024-12-30' + n FROM generate_series(1, 5) AS n;
SELECT lo_create(4711);
"""

Dump = Callable[..., str]


@pytest.fixture
def dump(database: str) -> Dump:
    with psycopg.connect(database, autocommit=True) as connection:
        rich = RICH
        if not connection.execute("SELECT FROM pg_available_extensions WHERE name = 'pg_trgm'").fetchone():
            rich = rich.replace("CREATE EXTENSION pg_trgm WITH SCHEMA app;", "").replace(
                "note app.gin_trgm_ops", "tags"
            )
        connection.execute(rich.encode())
    tool = client_tools.find("pg_dump", 18)
    if tool is None:
        pytest.skip("pg_dump 18 is not installed")

    def dumped(*options: str) -> str:
        return subprocess.run([tool.path, database, *options], capture_output=True, text=True, check=True).stdout

    return dumped


OPTIONS = [(), ("--schema-only",), ("--inserts",), ("--clean", "--if-exists"), ("--create",), ("--data-only",)]


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_no_statement_of_a_dump_is_taken_for_an_error(options: tuple[str, ...], dump: Dump) -> None:
    text = dump(*options)

    assert "app.users" in text
    assert [one.statement for one in lint(text) if "refuses" in one.message] == []


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_every_statement_of_a_dump_is_read(options: tuple[str, ...], dump: Dump) -> None:
    assert [one.statement for one in lint(dump(*options)) if one.message.startswith("not understood")] == []


def test_a_dump_of_a_new_database_hurts_nobody(dump: Dump) -> None:
    def judged(one: Finding) -> bool:
        return one.rule != "not-understood" and one.severity is not Severity.ADVICE

    assert [(one.rule, one.statement) for one in lint(dump("--schema-only")) if judged(one)] == []
