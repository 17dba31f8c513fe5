import copy
import pickle
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr, ValidationError

from protocol.errors import ConfigurationError, NotYet, WhimbrelError
from tools.engines.connection_string import KEYWORDS
from tools.engines.dsn import Dsn, parse, service, without_secrets

CANARY = "kAnaRy7"
unhurried = settings(deadline=None)  # a busy machine is no failure
passwords = st.text(max_size=12).filter(lambda text: "\0" not in text).map(lambda text: CANARY + text)
hostile = st.text(alphabet="@:/?#%&=,[]' \\\"*+\n\t", max_size=8)
torn = st.tuples(hostile, hostile).map(lambda ends: ends[0] + CANARY + ends[1])

UNDERSTOOD = [
    "",
    "postgresql://",
    "postgres://shop.example",
    "postgresql://ann:p%40ss@h1:1,h2:2/db?sslmode=require",
    "postgresql://h1,h2/db",
    "postgresql://h1:1,h2/db",
    "postgresql://ann@[::1]:5/db",
    "postgresql://[fe80::1%25eth0],h2/db",
    "postgresql:///db?host=/tmp&port=5433",
    "postgresql://%2Fvar%2Frun/db",
    "postgresql://:5/db",
    "postgresql://ann:@h:/db?",
    "postgresql://u:p:q@h/d",
    "postgresql://u:p?q#r@h/d",
    "postgresql://h/d?ssl=true&application_name=a+b",
    "postgresql://h/d?user=ann&dbname=x&password=p%20q",
    "postgresql://%C3%A9t%C3%A9@h/caf%C3%A9",
    "host=a port=5433 dbname=b user=c",
    "host = a  dbname= b",
    "host='a b' password='x\\'y\\\\'",
    "password=a'b'c host=h",
    "password=a\\ b host=",
    "host=h1,h2 port=5433",
    "host=h1,h2 port=1,2",
    "hostaddr=10.0.0.1,10.0.0.2 port=1,2",
    "service=shop connect_timeout=3",
    "host=h sslpassword=s sslkey=/k",
]

REFUSED = {
    "postgresql://u:PASS@h:abc/d": "a port is not a number",
    "postgresql://u:12/PASS@h/d": "@ is written %40",
    "postgresql://u:x@PASS@h/d": "@ is written %40",
    "postgresql://u:PASS/x@h/d": "@ is written %40",
    "postgresql://u:PASS%zz@h/d": "% is not followed",
    "postgresql://u:PASS%00@h/d": "zero byte",
    "postgresql://u:PASS%ff@h/d": "not UTF-8",
    "postgresql://u:PASS@[::1/d": "a host is not written",
    "postgresql://u:PASS@[]/d": "a host is not written",
    "postgresql://u:PASS@[::1]x/d": "a host is not written",
    "postgresql://u:PASS@h:1,h:2,h/d?port=1,2": "another number of ports",
    "postgresql://u:PASS@h/d?a": "not written as name=value",
    "postgresql://u:PASS@h/d?sslmode=a=b": "not written as name=value",
    "postgresql://u:PASS@h/d?sslmod=a": "parameter 1 is none that libpq knows; did you mean sslmode?",
    "postgresql://h/d?password=x&PASS=a": "parameter 2 is none that libpq knows. ",
    "postgresql://h/d?password=x&passwor=a": "parameter 2 is none that libpq knows. ",
    "postgresql://u:PASS@h/d?ssl=perhaps": "ssl is none of true",
    "postgresql://u:PA SS@h/d": "%20",
    "postgresql://u:PASS@h/d%1b[2J": "control character",
    "postgresql://h?password=PASS@x": "@ is written %40",
    "postgrseql://u:PASS@h/d": "scheme",
    '"postgresql://u:PASS@h/d"': "neither",
    "jdbc:postgresql://h/d?user=u&password=PASS": "parameter 1",
    "dbname=postgresql://u:PASS@h/d": "a connection string stands where",
    "dbname='host=h password = PASS'": "a connection string stands where",
    "host=h password='PASS": "neither",
    "host=h password='x'PASS": "neither",
    "host=h password=x PASS": "neither",
    "host=h password=x PASS=y": "parameter 3",
    "host=h password=PASS port=0": "a port is not a number",
    "PASS": "neither",
}


def everything_shown(dsn: Dsn) -> str:
    shown = [repr(dsn), str(dsn), f"{dsn}", dsn.alias, repr(dsn.model_dump()), dsn.model_dump_json(), repr(vars(dsn))]
    return "\n".join([*shown, repr(dsn.model_copy()), repr(copy.deepcopy(dsn)), repr(dsn.password)])


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_a_string_means_what_it_means_to_libpq(text: str) -> None:
    assert conninfo_to_dict(make_conninfo(**parse(text).conninfo())) == conninfo_to_dict(text)


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_a_malformed_string_is_refused_without_being_quoted(text: str, reason: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        parse(text.replace("PASS", CANARY))

    assert reason in refusal.value.message
    assert CANARY not in refusal.value.message
    assert refusal.value.__cause__ is refusal.value.__context__ is None


@pytest.mark.parametrize("text", ["sqlite:///a.db", "mysql://u:p@h/d", "mysql+pymysql://u:p@h/d", "MariaDB://h/d"])
def test_other_engines_are_not_supported_yet(text: str) -> None:
    with pytest.raises(NotYet, match=r"is not supported yet, only PostgreSQL is") as refusal:
        parse(text)

    assert refusal.value.exit_code == 2


@pytest.mark.parametrize("scheme", ["postgresql+psycopg2", "postgresql+asyncpg", "postgres+psycopg", "POSTGRESQL"])
def test_the_driver_is_dropped(scheme: str) -> None:
    assert parse(f"{scheme}://ann:pw@h:5433/shop") == parse("postgresql://ann:pw@h:5433/shop")


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("", "from the environment (PGHOST …)"),
        ("sslmode=require password=x", "from the environment (PGHOST …)"),
        ("postgresql://ann:pw@db.example:5433/shop", "ann@db.example:5433/shop"),
        ("postgresql://ann@[::1]:5433,h2/shop", "ann@[::1]:5433,h2/shop"),
        ("host=h1,h2 port=5433", "h1:5433,h2:5433"),
        ("host=/var/run/postgresql dbname=shop", "socket/shop"),
        ("host=/tmp port=5433 user=ann dbname=shop", "ann@socket:5433/shop"),
        ("dbname=shop", "default host/shop"),
        ("port=5433 dbname=shop", "default host:5433/shop"),
        ("host='' dbname=shop", "default host/shop"),
        ("hostaddr=10.0.0.1 dbname=shop", "10.0.0.1/shop"),
        ("service=shop", "service shop"),
    ],
)
def test_the_alias_names_the_database_for_people(text: str, alias: str) -> None:
    assert parse(text).alias == alias


def test_ssl_is_read_as_asyncpg_writes_it() -> None:
    assert parse("postgresql+asyncpg://h/d?ssl=verify-full").conninfo()["sslmode"] == "verify-full"


def test_a_service_is_left_to_libpq() -> None:
    assert service("shop").conninfo() == {"service": "shop"}


def test_every_parameter_of_libpq_is_known() -> None:
    assert {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()} <= KEYWORDS


def test_other_secrets_than_the_password_are_hidden_too() -> None:
    dsn = parse(f"host=h sslpassword={CANARY} oauth_client_secret={CANARY}")

    assert CANARY not in everything_shown(dsn)
    assert dsn.conninfo()["sslpassword"] == CANARY


def test_a_dsn_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="it holds a password"):
        pickle.dumps(parse(f"postgresql://u:{CANARY}@h/d"))


def test_a_value_that_does_not_fit_is_not_quoted() -> None:
    with pytest.raises(ValidationError) as refusal:
        Dsn.model_validate({"password": [CANARY]})

    assert CANARY not in str(refusal.value)


@unhurried
@given(passwords)
def test_a_password_is_revealed_by_conninfo_alone(password: str) -> None:
    dsn = parse(f"postgresql://ann:{quote(password, safe='')}@h/shop")

    assert dsn.conninfo() == {"user": "ann", "password": password, "host": "h", "dbname": "shop"}
    assert dsn == parse(make_conninfo(**dsn.conninfo()))
    assert CANARY not in everything_shown(dsn)


@unhurried
@given(st.one_of(passwords, torn))
@example(f"12/{CANARY}@x")
@example(f"x?a={CANARY}")
@pytest.mark.parametrize(
    "template",
    [
        "postgresql://u:{}@h/d",
        "postgresql://u:{}@h:x/d",
        "postgresql://u:{}@[::1/d",
        "postgresql://u:{}%zz@h/d",
        "postgresql://u:{}@h/d?sslmode",
        "postgresql://u:{}@h/d?sslmod=require",
        "postgresql://h/d?user=u&password={}",
        "postgres//u:{}@h/d",
        "host=h password={}",
        "host=h password='{}'",
        "host=h password='{}",
        "password={} host=h port=x",
    ],
)
def test_a_password_written_as_it_is_is_never_shown(template: str, password: str) -> None:
    try:
        shown = everything_shown(parse(template.format(password)))
    except WhimbrelError as refusal:
        shown = f"{refusal!r} {refusal} {refusal.__cause__!r} {refusal.__context__!r}"

    assert CANARY not in shown


@unhurried
@given(passwords)
def test_a_password_is_masked_however_it_is_written(password: str) -> None:
    dsn = Dsn(password=SecretStr(password))
    spellings = [password, quote(password, safe=""), quote(password), repr(password), make_conninfo(password=password)]

    assert CANARY not in without_secrets(f"FATAL: {' and '.join(spellings)}", dsn)


def test_what_is_no_secret_stays() -> None:
    dsn = parse("postgresql://ann:p%40ss@h/shop")

    assert without_secrets('p@ss, p%40ss and p%40%73s of "ann"', dsn) == '***, *** and *** of "ann"'
    assert without_secrets("FATAL", parse("postgresql://ann:@h")) == "FATAL"
