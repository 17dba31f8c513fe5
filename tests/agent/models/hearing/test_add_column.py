import pytest

from agent.models.hearing import HeardChange, Hearing
from agent.models.hearing import hear as hear_of
from tests.agent.models.hearing.vocabulary import ALL

UNDERSTOOD = {
    # the order of the parts
    "add role to users": "table=users column=role",
    "add a role column to users": "table=users column=role",
    "add a column role to the table users": "table=users column=role",
    "Please add a role column to the users table.": "table=users column=role",
    "could you add a role column to users?": "table=users column=role",
    "add a role column to our users table, please": "table=users column=role",
    "create a column called role on users": "table=users column=role",
    "append column role to users": "table=users column=role",
    "insert a role column into users": "table=users column=role",
    "put a role column on users": "table=users column=role",
    "we need a role column in users": "table=users column=role",
    "users needs a role column": "table=users column=role",
    "the users table needs a new column called role": "table=users column=role",
    "users should have a role column": "table=users column=role",
    "users is missing a role column": "table=users column=role",
    "give users a role column": "table=users column=role",
    "In users, add a role column": "table=users column=role",
    "ADD A ROLE COLUMN TO USERS": "table=users column=role",
    # names
    "add a role column to public.users": "table=public.users column=role",
    "add a role column to production.users": "table=production.users column=role",
    'add "Role" to "Users"': "table=Users column=Role",
    "add `role` to `users`": "table=users column=role",
    "add a Role column to Users": "table=Users column=Role",
    'add column "order" integer to "Order Items"': "table=Order Items | column=order | type=integer",
    'add a column to app."Users" called "Full Name"': "table=app.Users | column=Full Name",
    "add a größe column to möbel": "table=möbel column=größe",
    "add a column called to to users": "table=users column=to",
    "add a type column to users, text": "table=users column=type type=text",
    'add a column named "type" to users of type text': "table=users column=type type=text",
    "add column type text to users": "table=users column=type type=text",
    "add a date column to orders, type date": "table=orders column=date type=date",
    "add a date column called date to orders": "table=orders column=date type=date",
    "add column default_currency char(3) to accounts not null default 'EUR'": (
        "table=accounts column=default_currency default='EUR' nullable=no type=char(3)"
    ),
    "add text_color text to themes": "table=themes column=text_color type=text",
    "add a text_color column to themes": "table=themes column=text_color",
    "add a nullable_flag column to things, boolean, not null, default false": (
        "table=things column=nullable_flag default=false nullable=no type=boolean"
    ),
    'add "default" text to users': "table=users column=default type=text",
    "add a production column to films": "table=films column=production",
    "add a column called production to films": "table=films column=production",
    "add a column required to forms": "table=forms column=required",
    "add column window text to offices": "table=offices column=window type=text",
    # types
    "add a role column text to users": "table=users column=role type=text",
    "add a nullable text field called nickname to customers": "table=customers column=nickname nullable=yes type=text",
    "add a tags column text[] to posts": "table=posts column=tags type=text[]",
    "append a jsonb[] column named history to app.events": "table=app.events column=history type=jsonb[]",
    "add a column score double precision to games": "table=games | column=score | type=double precision",
    "add a double precision column score to games": "table=games | column=score | type=double precision",
    "add column seen_at timestamp with time zone to users": (
        "table=users | column=seen_at | type=timestamp with time zone"
    ),
    "add timestamp(3) with time zone column seen_at to users": (
        "table=users | column=seen_at | type=timestamp(3) with time zone"
    ),
    "add time without time zone column opens to shops": "table=shops | column=opens | type=time without time zone",
    "add a column role varchar (50) to users": "table=users | column=role | type=varchar (50)",
    "add a character varying(20) column code to items": "table=items | column=code | type=character varying(20)",
    "add bit varying(8) column mask to nets": "table=nets | column=mask | type=bit varying(8)",
    "add a numeric(12, 2) column called total to invoices, default 0.00": (
        "table=invoices | column=total | default=0.00 | type=numeric(12, 2)"
    ),
    "add age as smallint to people": "table=people column=age type=smallint",
    "add column age int4 to people": "table=people column=age type=int4",
    "add a column mood of type app.mood to people": "table=people column=mood type=app.mood",
    "add state of type order_state to orders": "table=orders column=state type=order_state",
    "add string column s to t": "table=t column=s type=text",
    "add column d datetime to t": "table=t column=d type=timestamptz",
    "add uuid column token default gen_random_uuid() not null to users": (
        "table=users column=token default=gen_random_uuid() nullable=no type=uuid"
    ),
    "append column notes to invoices as text": "table=invoices column=notes type=text",
    # NULL
    "add a role column to users, not required": "table=users column=role nullable=yes",
    "add a role column to users, nullable: no": "table=users column=role nullable=no",
    "add a role column to users, it can't be null": "table=users column=role nullable=no",
    "add a role column to users; NULL allowed": "table=users column=role nullable=yes",
    "add a role column to users and make it not null": "table=users column=role nullable=no",
    "add a role column to users and the column should be nullable": "table=users column=role nullable=yes",
    "create field score as real on results, default 0.5, required": (
        "table=results column=score default=0.5 nullable=no type=real"
    ),
    # defaults
    "add a role column to users, default value should be 0": "table=users column=role default=0",
    "add a role column to users, default active": "table=users column=role default='active'",
    'add a role column to users with default "user"': "table=users column=role default='user'",
    "add a role column to users with default “user”": "table=users column=role default='user'",
    "add column amount numeric to t default: 5": "table=t column=amount default=5 type=numeric",
    "add column age integer to people, default -1": "table=people column=age default=-1 type=integer",
    "add a level column to users default -1::smallint": "table=users column=level default=-1::smallint",
    "add a column note text default 'it''s' to users": "table=users column=note default='it''s' type=text",
    "add a column note text default 'not null; production' to users": (
        "table=users | column=note | default='not null; production' | type=text"
    ),
    "add a settings jsonb column to accounts, default '{}'::jsonb": (
        "table=accounts column=settings default='{}'::jsonb type=jsonb"
    ),
    "add column x int default 1 + 2 to t": "table=t | column=x | default=1 + 2 | type=int",
    "add column ends timestamptz default now() + interval '30 days' to t": (
        "table=t | column=ends | default=now() + interval '30 days' | type=timestamptz"
    ),
    "add a token column to users, default md5(random()::text)": "table=users column=token default=md5(random()::text)",
    "add a token column to users, default encode(gen_random_bytes(16), 'hex')": (
        "table=users | column=token | default=encode(gen_random_bytes(16), 'hex')"
    ),
    "add created_at timestamptz not null default now() to users": (
        "table=users column=created_at default=now() nullable=no type=timestamptz"
    ),
    "add column d date default current_date to t": "table=t column=d default=current_date type=date",
    # computed values
    "add full_name text to users computed as first_name || ' ' || last_name": (
        "table=users | column=full_name | computed=first_name || ' ' || last_name | default=none | type=text"
    ),
    "add a slug column to posts, computed as lower(replace(title, ' ', '-')), not null": (
        "table=posts | column=slug | computed=lower(replace(title, ' ', '-')) | default=none | nullable=no"
    ),
    "add column shout text computed from upper(name) to people": (
        "table=people column=shout computed=upper(name) default=none type=text"
    ),
    # everything at once
    "add a role column to users with the answers varchar(50), default 'user', NOT NULL, production, no downtime": (
        "table=users column=role default='user' nullable=no environment=production downtime=none type=varchar(50)"
    ),
    "add column role varchar(50) not null default 'user' to users": (
        "table=users column=role default='user' nullable=no type=varchar(50)"
    ),
    "I want to add a timestamptz column last_seen to public.users, nullable, no default": (
        "table=public.users column=last_seen default=none nullable=yes type=timestamptz"
    ),
    "add a price column of type numeric(10,2) to products with default 0 not null": (
        "table=products column=price default=0 nullable=no type=numeric(10,2)"
    ),
    "add a role column to users\nvarchar(50)\nnot null\ndefault 'user'\nproduction": (
        "table=users column=role default='user' nullable=no environment=production type=varchar(50)"
    ),
    "add a role column to users. It should default to 'user'. It must not be null. Type: varchar(50).": (
        "table=users column=role default='user' nullable=no type=varchar(50)"
    ),
    "add a role column to users in production with a maintenance window on Sunday 02:00": (
        "table=users | column=role | environment=production | downtime=on Sunday 02:00"
    ),
    "Hi. Please add a region column to customers, staging, maintenance window: Sunday 02:00. Thanks!": (
        "table=customers | column=region | environment=staging | downtime=Sunday 02:00"
    ),
    "add a role column to users on prod with zero downtime so that billing works. It is optional": (
        "table=users | column=role | purpose=billing works | nullable=yes | environment=production | downtime=none"
    ),
    "Please add a role column to users, because the text is required by auditors": (
        "table=users | column=role | purpose=the text is required by auditors"
    ),
}

LEFT_OPEN = {
    "add a role column": "column=role",
    "we need a nickname column, text": "column=nickname type=text",
    "add a column to users": "table=users",
    "add a text column to logs": "table=logs type=text",
    "add a required column to forms": "table=forms nullable=no",
    "add a role column to users default user": "table=users column=role",
    "add a role column to users, default CURRENT_USER": "table=users column=role",
    "add a role column to users, default is not known yet": "table=users column=role",
    "add a role column to users, default to the empty string": "table=users column=role",
    "add a role column to users, nullable and not null": "table=users column=role",
    "add a role column to users; this is not production": "table=users column=role",
    "add a role column to users, first on staging, then on production": "table=users column=role",
    "add a role column to users on the non-production database": "table=users column=role",
    "add a role column to users, no maintenance window": "table=users column=role",
    "add a role column to users, downtime is fine": "table=users column=role",
    "add a seen column to users, one each time someone logs in": "table=users column=seen",
    "add a col column to users at this point in time": "table=users column=col",
    "add a role column to users, text or varchar(20)": "table=users column=role",
}

PASTED = {
    "ALTER TABLE users ADD COLUMN role varchar(50) NOT NULL DEFAULT 'user';": (
        "table=users column=role type=varchar(50) nullable=no default='user'"
    ),
    "please run ALTER TABLE users ADD COLUMN a int": "table=users column=a type=int nullable=yes default=none",
    "alter table users add a int": "table=users column=a type=int nullable=yes default=none",
    'ALTER TABLE "my schema"."My Table" ADD COLUMN "a b" int': (
        "table=my schema.My Table | column=a b | type=int | nullable=yes | default=none"
    ),
    "ALTER TABLE Users ADD COLUMN Role text": "table=users column=role type=text nullable=yes default=none",
    "ALTER TABLE users\n  -- who may do what\n  ADD COLUMN role varchar(50)\n  NOT NULL DEFAULT 'user'; /* end */": (
        "table=users column=role type=varchar(50) nullable=no default='user'"
    ),
    "```sql\nALTER TABLE users ADD COLUMN role text;\n```": (
        "table=users column=role type=text nullable=yes default=none"
    ),
    "ALTER TABLE app.users ADD COLUMN tags text[] DEFAULT '{}'::text[] NOT NULL": (
        "table=app.users column=tags type=text[] nullable=no default='{}'::text[]"
    ),
    "ALTER TABLE IF EXISTS users ADD COLUMN IF NOT EXISTS at timestamp with time zone DEFAULT now()": (
        "table=users | column=at | type=timestamp with time zone | nullable=yes | default=now()"
    ),
}

REFUSED = {
    "": "not understand",
    "   \n": "not understand",
    "hello": "not understand",
    "what can you do?": "as a question",
    "yes": "not understand",
    "add": "not understand",
    "add to users": "not understand",
    "a role column": "not understand",
    "🙂": "not understand",
    "add 🙂 to users": "not understand",
    "add 1st column to users": "not understand",
    "add it to users": "not understand",
    "add a row to users": "Inserting rows",
    "add data to users": "Inserting rows",
    "add a text to messages": "not understand",
    "add a column to the right of name": "not understand",
    "add phone number to users": "“phone number”",
    "add a role, status column to users": "“role status”",
    "add column role enum('a','b') to users": "enum",
    "add role-name column to users": "“role name”",
    "füge users eine Spalte role hinzu": "not understand",
    "add a role column and a status column to users": "one column in one clause",
    "add role to users and status to orders": "one column in one clause",
    "add a role column to users and orders": "one column in one clause",
    "add a role column to users, orders": "one column in one clause",
    "add an admin column to every table": "not understand",
    "don't add a role column to users": "as a no",
    "please do not add a role column to users": "as a no",
    "why would I add a role column to users?": "as a no",
    "should I add a role column to users?": "as a no",
    "add a unique email column to users": "clause of its own",
    "add a foreign key column team_id to users": "clause of its own",
    "add a column team_id bigint references teams to users": "clause of its own",
    "add a generated column total to orders": "computed as",
    "add a money column called price to products": "numeric(12,2)",
}

MORE_WORDS = {
    "make it nullable": "nullable=yes",
    "default 0, please": "default=0",
    "the default should be 'user'": "default='user'",
    "varchar(20) is enough": "type=varchar(20)",
    "with no downtime, it is staging": "environment=staging downtime=none",
}


def hear(words: str, *, running: bool = False) -> Hearing:
    return hear_of(words, ALL, (HeardChange("add_column"),) if running else ())


def heard(words: str, *, running: bool = False) -> set[str]:
    return {f"{item.question}={item.value}" for item in hear(words, running=running).heard}


def answers(line: str) -> set[str]:
    return set(line.split(" | ") if " | " in line else line.split())


@pytest.mark.parametrize(("words", "expected"), (UNDERSTOOD | LEFT_OPEN | PASTED).items())
def test_what_is_said_is_heard_and_nothing_else(words: str, expected: str) -> None:
    assert heard(words) == answers(expected)


@pytest.mark.parametrize(("words", "reason"), REFUSED.items())
def test_what_cannot_be_carried_out_is_said_and_nothing_is_taken_from_it(words: str, reason: str) -> None:
    hearing = hear(words)

    assert hearing.heard == ()
    assert reason in hearing.problem
    assert "add a column" in hearing.problem


@pytest.mark.parametrize(("words", "expected"), MORE_WORDS.items())
def test_words_that_only_add_to_a_request_count_once_there_is_one(words: str, expected: str) -> None:
    assert heard(words, running=True) == answers(expected)
    assert heard(words) == set()


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(UNDERSTOOD | PASTED) >= 80
    assert len(REFUSED | LEFT_OPEN) >= 40


@pytest.mark.parametrize("words", UNDERSTOOD | LEFT_OPEN | PASTED)
def test_every_quote_stands_in_the_words(words: str) -> None:
    assert all(item.quote and item.quote in words for item in hear(words).heard)
