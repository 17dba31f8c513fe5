"""Schemas that nobody would have thought of, with rows in them, for hypothesis to draw."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from protocol.names import literal, quoted

VALUES = {
    "integer": "g % 90 - 20",
    "bigint": "g * 1000",
    "smallint": "(g % 120)::smallint",
    "text": "'v' || g",
    "character varying(20)": "'w' || g % 7",
    "numeric(10,2)": "g / 4.0",
    "boolean": "g % 2 = 0",
    "timestamp with time zone": "timestamptz '2026-01-01 00:00Z' + g * interval '7 minutes'",
    "date": "date '2026-01-01' + g",
    "uuid": "md5(g::text)::uuid",
    "jsonb": "jsonb_build_object('n', g)",
    "integer[]": "ARRAY[g, g + 1]",
}
"""A type, and a value of it for the row `g`."""

DEFAULTS = {"integer": "7", "text": "'none'", "boolean": "true", "date": "date '2026-06-01'"}

NAMES = st.sampled_from(
    ("a", "name", "Mixed Case", "select", "o'clock", "emaïl", "state", "note", "x_1", "total", "Größe", "order")
)


@dataclass(frozen=True)
class RandomColumn:
    name: str
    type: str
    nullable: bool
    default: str | None

    @property
    def sql(self) -> str:
        default = f" DEFAULT {self.default}" if self.default else ""
        return f"{quoted(self.name)} {self.type}{default}{'' if self.nullable else ' NOT NULL'}"

    @property
    def value(self) -> str:
        return f"CASE WHEN g % 5 = 0 THEN NULL ELSE {VALUES[self.type]} END" if self.nullable else VALUES[self.type]


@dataclass(frozen=True)
class RandomTable:
    """`key` are the columns of its primary key; `indexed` those with an index of their own, `checked` with a CHECK."""

    name: str
    columns: tuple[RandomColumn, ...]
    key: tuple[str, ...]
    indexed: tuple[str, ...]
    checked: tuple[str, ...]
    rows: int

    def column(self, name: str) -> RandomColumn:
        return next(column for column in self.columns if column.name == name)

    @property
    def plain(self) -> tuple[RandomColumn, ...]:
        """The columns outside the key."""
        return tuple(column for column in self.columns if column.name not in self.key)

    def sql(self, schema: str) -> tuple[str, ...]:
        table = f"{schema}.{quoted(self.name)}"
        parts = [column.sql for column in self.columns]
        if self.key:
            parts.append(f"PRIMARY KEY ({', '.join(map(quoted, self.key))})")
        parts += [f"CHECK ({quoted(name)} IS DISTINCT FROM NULL OR true)" for name in self.checked]
        values = ", ".join(column.value for column in self.columns)
        return (
            f"CREATE TABLE {table} ({', '.join(parts)})",
            *(f"CREATE INDEX ON {table} ({quoted(name)})" for name in self.indexed),
            f"INSERT INTO {table} SELECT {values} FROM generate_series(1, {self.rows}) AS g",
            f"COMMENT ON TABLE {table} IS {literal('made for ' + self.name)}",
        )


@dataclass(frozen=True)
class RandomSchema:
    tables: tuple[RandomTable, ...]
    labels: tuple[str, ...] = field(default=("new", "open", "closed"))

    def sql(self, schema: str) -> tuple[str, ...]:
        labels = ", ".join(map(literal, self.labels))
        made = (f"CREATE SCHEMA {schema}", f"CREATE TYPE {schema}.mood AS ENUM ({labels})")
        return (*made, *(line for table in self.tables for line in table.sql(schema)))


@st.composite
def tables(draw: st.DrawFn, name: str) -> RandomTable:
    names = draw(st.lists(NAMES, min_size=2, max_size=5, unique=True))
    columns = [
        RandomColumn(
            name=each,
            type=(kind := draw(st.sampled_from(sorted(VALUES)))),
            nullable=draw(st.booleans()),
            default=DEFAULTS.get(kind) if draw(st.booleans()) else None,
        )
        for each in names
    ]
    key_type = draw(st.sampled_from(("bigint", "text", "uuid")))
    key = RandomColumn(name="id", type=key_type, nullable=False, default=None)
    second = RandomColumn(name="part", type="integer", nullable=False, default=None)
    composite = draw(st.booleans())
    indexable = [c.name for c in columns if c.type not in ("jsonb",)]
    return RandomTable(
        name=name,
        columns=(key, *((second,) if composite else ()), *columns),
        key=("part", "id") if composite else ("id",),
        indexed=tuple(draw(st.lists(st.sampled_from(indexable), max_size=2, unique=True))) if indexable else (),
        checked=tuple(draw(st.lists(st.sampled_from(names), max_size=1))),
        rows=draw(st.sampled_from((0, 1, 37, 230))),
    )


@st.composite
def schemas(draw: st.DrawFn) -> RandomSchema:
    """Two tables, of which the first has a name that wants quotes every other time."""
    first = draw(st.sampled_from(("things", "Order Lines", "user")))
    return RandomSchema(tables=(draw(tables(first)), draw(tables("others"))))
