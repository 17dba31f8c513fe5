"""What a rule may know besides its statement: the server, and what earlier statements and files did."""

from collections.abc import Iterator

from tools.lint.actions import AddConstraint, Relation, Statement
from tools.lint.course import Course
from tools.lint.live import SMALL
from tools.lint.moment import Held
from tools.locks import KnownTable

BOOKKEEPING = {
    *("alembic_version", "schema_migrations", "ar_internal_metadata", "django_migrations", "flyway_schema_history"),
    *("goose_db_version", "_prisma_migrations", "knex_migrations", "databasechangelog", "databasechangeloglock"),
}
"""Tables in which migration tools keep a row for each migration; they are small."""


class Context(Course):
    """The history so far, as rules ask about it.

    Files are deployed one by one: a table that an earlier file made may be in use by now, so only the file that makes
    it calls it new. What an earlier file proved or defined stays known: constraints, types, domains.
    A table named without a schema is one of `public`, until the file sets `search_path`.
    `is_file` is false for a plan's statements, whose session its executor has set up; `is_wrapped` says that the
    running transaction is the one its tool wraps a file in.
    """

    def has_said(self, rule: str) -> bool:
        """Tell whether a rule that speaks once a file has spoken."""
        return rule in self._told

    def first_time(self, rule: str) -> bool:
        """Tell whether a rule that speaks once a file has not spoken yet; from now on it has."""
        first = rule not in self._told
        self._told.add(rule)
        return first

    @property
    def held(self) -> tuple[Held, ...]:
        """The locks of SHARE and above that the transaction holds on tables in use, in the order they were taken."""
        return tuple(self._now.held.values())

    @property
    def has_server(self) -> bool:
        return self._server is not None

    def is_table(self, relation: Relation) -> bool:
        """Tell whether it is neither a view, an index nor a sequence, as far as statements and server say."""
        return relation.name not in self._no_tables and relation.name not in self.known.indexes

    def new_tables(self) -> Iterator[tuple[Statement, KnownTable]]:
        """Yield each table that the file created and kept, with the statement that did."""
        for place, statement in self._made_by.items():
            known = self.known.find(Relation(schema_name=place[0], name=place[1])) if place in self._now.new else None
            if known:
                yield statement, known

    def is_new_column(self, table: Relation, column: str) -> bool:
        """Tell whether the file added the column, with its table or alone."""
        return self.is_new(table) or (self._place(table), column) in self._now.columns

    def is_quick(self, table: Relation) -> bool:
        """Tell whether to read, rewrite or index the table takes no time: it is new, or known to be small."""
        if self.is_new(table) or table.name in BOOKKEEPING:
            return True
        size = self._server.size_of(table) if self._server else None
        return size is not None and size <= SMALL

    def type_of(self, table: Relation, column: str) -> str | None:
        """Return the type of a column as the history or the server tells it, None where neither does."""
        self._learn(table)
        known = self.known.find(table)
        told = known.column(column) if known else None
        return (told.type or None) if told else None

    def setting(self, name: str) -> str | None:
        """Return the value that the file gave a setting, None where it did not."""
        return self._settings.get(name)

    def proves_not_null(self, table: Relation, column: str, without: frozenset[str] = frozenset()) -> bool:
        """Tell whether it is known that the column holds no NULL, by something not named in `without`."""
        self._learn(table)
        known = self.known.find(table)
        if known is None:
            return False
        told, proofs = known.column(column), [each for each in known.constraints if column in each.proves]
        if told is not None and not told.nullable:
            return not any(each.kind == "not null" and each.name in without for each in proofs)
        return any(not each.not_valid and each.name not in without for each in proofs)

    def unproved_in_transaction(self, table: Relation, constraint: str) -> bool:
        """Tell whether the running transaction is the one that added the constraint as NOT VALID."""
        return self.in_transaction and (self._place(table), constraint) in self._now.unproved

    def stands_on_another(self, constraint: AddConstraint) -> bool:
        """Tell whether another table, perhaps a partition, has a constraint of that name to the same table already."""
        target = self.known.find(constraint.references) if constraint.references else None
        return target is not None and any(
            each.name == constraint.name and not self.known.same(each.table, constraint.table)
            for each in target.referenced_by
        )

    def added_in_transaction(self) -> frozenset[str]:
        """Return the enum values that the running transaction added, which are of no use before its end."""
        return self._now.enum_values

    def is_constrained_domain(self, type_: str) -> bool:
        """Tell whether the history or the server knows the type as a domain with a CHECK or NOT NULL."""
        self._learn_type(type_)
        domain = self.known.domains.get(type_)
        return domain is not None and domain.constrained
