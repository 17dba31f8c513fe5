"""Files in other people's style: nothing right is called wrong, and nothing unread passes in silence."""

import pytest

from protocol.findings import Finding
from tools.lint.frameworks import Source
from tools.lint.lint import History

RAILS = r"""
SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET row_security = off;

--
-- Name: limits(bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.limits(user_id bigint) RETURNS integer
    LANGUAGE plpgsql STABLE
    AS $$
    DECLARE
      most int4 := 100;
    BEGIN
      RETURN LEAST(most, (SELECT count(*) FROM public.users)); -- a ; in a comment
    END;
    $$;

SET default_tablespace = '';
SET default_table_access_method = heap;

CREATE TABLE public.users (
    id bigint NOT NULL,
    name character varying DEFAULT ''::character varying NOT NULL,
    "timestamp" timestamp(6) without time zone NOT NULL
);
CREATE SEQUENCE public.users_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER TABLE ONLY public.users ALTER COLUMN id SET DEFAULT nextval('public.users_id_seq'::regclass);
ALTER TABLE ONLY public.users ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE INDEX index_users_on_name ON public.users USING btree (name);

SET search_path TO "$user", public;

INSERT INTO "schema_migrations" (version) VALUES
('20240102030405'),
('20240102030406');
"""

SQITCH = """
-- Deploy shop:users/role to pg
-- requires: users

BEGIN;
ALTER TABLE shop.users ADD COLUMN role TEXT NOT NULL DEFAULT 'user';
COMMIT;
"""

VERIFY = """
-- Verify shop:users/role on pg
BEGIN;
SELECT id, role FROM shop.users WHERE FALSE;
ROLLBACK;
"""

DIESEL_UNWRITTEN = "-- This file should undo anything in `up.sql`\n"

GOOSE = """
-- +goose Up
-- +goose ENVSUB ON
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION touch() RETURNS trigger AS $func$
BEGIN
    NEW.updated_at = now();
    RETURN NEW;
END;
$func$ LANGUAGE plpgsql;
-- +goose StatementEnd
ALTER TABLE ${APP_SCHEMA:-app}.users ADD COLUMN nickname text;

-- +goose Down
-- +goose StatementBegin
SELECT 'down SQL query';
-- +goose StatementEnd
"""

FLYWAY = """
/* V7: who, when; why */
SET search_path = ${flyway:defaultSchema};
ALTER TABLE ${env}_person ADD COLUMN note varchar(10) DEFAULT 'a;b';
"""

PSQL = """
\\set ON_ERROR_STOP on
\\c shop;
\\if :{?password}
ALTER TABLE users ADD COLUMN a int;
\\endif
\\echo 'It''s done; next'
INSERT INTO log VALUES (:'who', :count, now());
COPY colours (name) FROM stdin WITH (FORMAT csv);
red; "dark"
\\.
"""


def findings(text: str, name: str) -> tuple[Finding, ...]:
    return History(major=16).judge(Source(text=text.lstrip("\n"), name=name)).findings


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (RAILS, "db/structure.sql"),
        (SQITCH, "deploy/users/role.sql"),
        (VERIFY, "verify/users/role.sql"),
        (DIESEL_UNWRITTEN, "2024-01-02-030405_role/down.sql"),
        (GOOSE, "00007_touch.sql"),
        (FLYWAY, "V7__note.sql"),
        (PSQL, "setup.sql"),
    ],
    ids=lambda value: value if value.endswith(".sql") else "",
)
def test_a_right_file_has_no_syntax_error(text: str, name: str) -> None:
    assert [one.statement for one in findings(text, name) if "refuses" in one.message] == []


def test_a_schema_snapshot_blocks_nobody() -> None:
    found = {one.rule for one in findings(RAILS, "db/structure.sql")}

    assert not found & {"create-index-blocking", "constraint-not-valid", "set-not-null-scan", "add-column-rewrite"}


def test_a_file_of_comments_has_nothing_to_say() -> None:
    assert findings(DIESEL_UNWRITTEN, "down.sql") == ()


@pytest.mark.parametrize("wrong", ["ALTER TABLE t ADD COLUMN;", "CREATE TABLE t (id int auto_increment);", "SELECT '"])
@pytest.mark.parametrize("around", [RAILS, GOOSE, PSQL], ids=["rails", "goose", "psql"])
def test_a_wrong_statement_is_found_in_any_style(around: str, wrong: str) -> None:
    before = around.lstrip("\n")
    found = findings(f"{before}{wrong}\n", "a.sql")

    assert [one.rule for one in found if one.line > before.count("\n")] == ["not-understood"]
