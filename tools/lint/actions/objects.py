"""What happens to everything else that has a name: views, sequences, schemas, rights, extensions, replication."""

from tools.lint.actions.base import Action, Relation


class ViewAction(Action):
    view: Relation
    materialized: bool = False


class CreateView(ViewAction):
    """`reads` are the tables it looks at, `columns` the names of columns that it uses, `*` among them for all.

    A materialized one reads them at once unless `with_data` is false.
    """

    replace: bool = False
    with_data: bool = True
    reads: tuple[Relation, ...] = ()
    columns: tuple[str, ...] = ()


class DropView(ViewAction):
    if_exists: bool = False
    cascade: bool = False


class RenameView(ViewAction):
    to: str


class RefreshView(ViewAction):
    concurrently: bool = False
    with_data: bool = True


class CreateSequence(Action):
    """`owned_by` is the table of its column, None where it has none."""

    sequence: Relation
    owned_by: Relation | None = None


class AlterSequence(Action):
    """`options` are the names of what changes, such as `restart` or `owned_by`."""

    sequence: Relation
    owned_by: Relation | None = None
    options: tuple[str, ...] = ()


class ObjectAction(Action):
    """`kind` is the SQL name of its kind, such as `SCHEMA`; `name` is dotted, with a function's arguments left out."""

    kind: str
    name: str


class CreateObject(ObjectAction):
    """Something new that locks and rewrites no table: a schema, a cast, an operator, a role …."""


class AlterObject(ObjectAction):
    """A change that locks and rewrites no table."""


class DropObject(ObjectAction):
    if_exists: bool = False
    cascade: bool = False


class RenameObject(ObjectAction):
    to: str


class SetObjectSchema(ObjectAction):
    schema_name: str


class ChangeObjectOwner(ObjectAction):
    owner: str


class Comment(ObjectAction):
    """`table` is what the thing belongs to, where it belongs to one: a column, a constraint, a trigger …."""

    table: Relation | None = None


class Grant(Action):
    """GRANT, or REVOKE; `objects` are named, `relations` are those of them that are tables or sequences.

    `every` says that it goes to all of a kind in a schema.
    """

    kind: str
    revoke: bool = False
    objects: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    every: bool = False
    privileges: tuple[str, ...] = ()
    grantees: tuple[str, ...] = ()


class AlterDefaultPrivileges(Action):
    revoke: bool = False


class CreateExtension(Action):
    name: str
    if_not_exists: bool = False


class AlterExtension(Action):
    name: str


class PublicationAction(Action):
    """`tables` are those it names; `every` says that it takes all tables, or all of a schema."""

    name: str
    tables: tuple[Relation, ...] = ()
    every: bool = False


class CreatePublication(PublicationAction):
    pass


class AlterPublication(PublicationAction):
    pass


class CreateSubscription(Action):
    """`options` are the names of what WITH sets."""

    name: str
    options: tuple[str, ...] = ()


class AlterSubscription(Action):
    """`change` is the SQL word: `ENABLE`, `REFRESH PUBLICATION`, `CONNECTION` …."""

    name: str
    change: str
