"""What happens to a table as a whole."""

from typing import Literal

from protocol.value import Value
from tools.lint.actions.base import Action, Relation
from tools.lint.actions.columns import Column
from tools.lint.actions.constraints import AddConstraint

Persistence = Literal["permanent", "unlogged", "temporary"]


class CreateTable(Action):
    """`partition_by` is the text of the key, `bound` that of the values a partition takes, `DEFAULT` for the rest.

    `constraints` are the table's own, a foreign key written at a column among them; other ones written at a column
    show there. `as_query` says that rows come with it; `like` and `inherits` are the tables copied and inherited.
    """

    table: Relation
    if_not_exists: bool = False
    columns: tuple[Column, ...] = ()
    constraints: tuple[AddConstraint, ...] = ()
    persistence: Persistence = "permanent"
    partition_by: str = ""
    partition_of: Relation | None = None
    bound: str = ""
    inherits: tuple[Relation, ...] = ()
    like: tuple[Relation, ...] = ()
    as_query: bool = False
    foreign: bool = False


class TableAction(Action):
    """What is done to one table; `table` may name another kind of relation where the statement does."""

    table: Relation


class DropTable(TableAction):
    if_exists: bool = False
    cascade: bool = False


class RenameTable(TableAction):
    to: str


class SetTableSchema(TableAction):
    schema_name: str


class Truncate(Action):
    tables: tuple[Relation, ...]
    cascade: bool = False
    restart_identity: bool = False


class SetOptions(TableAction):
    """Storage parameters, by name; `reset` puts them back. `table` may be an index or a view."""

    options: tuple[str, ...]
    reset: bool = False


class SetLogged(TableAction):
    logged: bool


class SetTablespace(TableAction):
    """`table` may be an index or a materialized view; `tablespace` is where its files go."""

    tablespace: str


class SetTablespaceAll(Action):
    """Every table, index or materialized view of a tablespace moves to another."""

    kind: str
    source: str
    tablespace: str


class SetAccessMethod(TableAction):
    """`method` is empty where it goes back to the default."""

    method: str


class ChangeTableOwner(TableAction):
    owner: str


class SetCluster(TableAction):
    """Which index a later CLUSTER follows; empty where none. Nothing is moved yet."""

    index: str


class SetReplicaIdentity(TableAction):
    identity: Literal["default", "full", "nothing", "index"]
    index: str = ""


class SetRowSecurity(TableAction):
    change: Literal["enable", "disable", "force", "no force"]


class Inherit(TableAction):
    parent: Relation


class NoInherit(TableAction):
    parent: Relation


class SetOfType(TableAction):
    """The composite type the table follows; empty where it follows none any more."""

    type: str


class AttachPartition(TableAction):
    """`bound` is the text of its values, `DEFAULT` for the rest."""

    partition: Relation
    bound: str


class DetachPartition(TableAction):
    partition: Relation
    concurrently: bool = False
    finalize: bool = False


class LockTable(Action):
    """`mode` as LOCK TABLE writes it, such as `SHARE ROW EXCLUSIVE`."""

    tables: tuple[Relation, ...]
    mode: str
    nowait: bool = False


class Cluster(Action):
    """`table` is None where every table that was clustered before is clustered again."""

    table: Relation | None = None
    index: str = ""


class Vacuum(Action):
    """`tables` is empty for all of them."""

    tables: tuple[Relation, ...] = ()
    full: bool = False
    analyze: bool = False


class Analyze(Action):
    tables: tuple[Relation, ...] = ()


class CreateStatistics(TableAction):
    name: str = ""


class Trigger(Value):
    """A trigger's name and table."""

    table: Relation
    name: str


class CreateTrigger(Trigger, Action):
    """`references` is the second table of a constraint trigger; `function` is what it calls."""

    function: str = ""
    references: Relation | None = None
    events: tuple[str, ...] = ()


class DropTrigger(Trigger, Action):
    if_exists: bool = False
    cascade: bool = False


class RenameTrigger(Trigger, Action):
    to: str


class SetTrigger(TableAction):
    """`name` is empty for `scope` all or user; `all` includes the triggers that enforce foreign keys."""

    enabled: bool
    name: str = ""
    scope: Literal["one", "all", "user"] = "one"


class CreatePolicy(TableAction):
    name: str


class AlterPolicy(TableAction):
    name: str


class DropPolicy(TableAction):
    name: str
    if_exists: bool = False
    cascade: bool = False


class RenamePolicy(TableAction):
    name: str
    to: str


class CreateRule(TableAction):
    name: str
    event: str = ""


class SetRule(TableAction):
    name: str
    enabled: bool


class DropRule(TableAction):
    name: str
    if_exists: bool = False
    cascade: bool = False


class RenameRule(TableAction):
    name: str
    to: str
