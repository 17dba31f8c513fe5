import os
from collections.abc import Callable
from pathlib import Path

import pytest

from protocol.errors import UsageError
from protocol.names import TableName
from protocol.references import References
from tools.code.find import find_references

USERS = TableName(name="users")
Search = Callable[..., References]


@pytest.fixture
def search(tmp_path: Path) -> Search:
    """Write files and search them for `users` and its column `role`, or what is said instead."""

    def run(files: dict[str, str], table: TableName = USERS, columns: tuple[str, ...] = ("role",)) -> References:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return find_references(tmp_path, table, columns)

    return run


def of_column(found: References) -> list[tuple[int, str, str]]:
    return [(use.line, use.certainty, use.note) for use in found.uses if use.column is not None]


SQL_IN_STRINGS = {
    "a.py": 'run("SELECT role FROM users WHERE id = %s", (1,))',
    "b.py": 'run(f"SELECT role FROM users WHERE id IN ({marks})")',
    "c.py": 'run("SELECT id, "\n    "role FROM users")',
    "a.js": "await db.query(`SELECT role FROM users WHERE id = ${id} ${order}`)",
    "a.ts": "await sql('SELECT role ' +\n  'FROM users WHERE id = $1', [id])",
    "a.rb": 'find_by_sql(["SELECT role FROM users WHERE id = ?", id])',
    "b.rb": "execute <<~SQL\n  SELECT role\n  FROM users WHERE id = #{id}\nSQL",
    "a.go": "db.Query(`SELECT role\nFROM users WHERE id = $1`)",
    "A.java": 'em.query("SELECT role " +\n  "FROM users WHERE id = :id");',
    "a.kt": 'val q = """\n  SELECT role FROM users\n"""',
    "a.php": "<?php $db->query('SELECT role FROM users WHERE id = ' . $id);",
    "A.cs": 'db.Query(@"SELECT role FROM ""users"" WHERE id = @id");',
    "a.rs": 'sqlx::query!(r#"SELECT role FROM users WHERE id = $1"#, id)',
    "a.ex": 'Repo.query("SELECT role FROM users WHERE id = $1", [id])',
    "b.php": (
        "<p>It's a page</p>\n<?php $q = \"SELECT role FROM users WHERE id = {$user->id} AND x = $x\"; ?>\n<p>don't</p>"
    ),
    "c.php": "<?php $q = <<<SQL\n  SELECT role FROM users\nSQL;",
    "b.kt": 'val q = "SELECT role FROM users WHERE id = $id AND b = ${a.b}"',
    "b.cs": 'var q = $"SELECT role FROM users WHERE id = {user.Id}";',
    "c.rb": "x = y =~ /'/\nq = 'SELECT role FROM users'\n",
    "a.sql": "-- name: one\nSELECT role FROM users WHERE id = :id;",
}


@pytest.mark.parametrize("name", SQL_IN_STRINGS)
def test_sql_is_parsed_out_of_every_language(search: Search, name: str) -> None:
    found = search({name: SQL_IN_STRINGS[name]})

    assert [(use.certainty, use.note) for use in found.of("role")] == [("exact", "SELECT")]
    assert [use.certainty for use in found.of(None)] == ["exact"]


def test_the_line_is_the_line_of_the_name_inside_a_long_string(search: Search) -> None:
    found = search({"a.py": 'X = 1\nQ = """\nSELECT id,\n       role\n  FROM users\n"""\n'})

    assert [(use.line, use.column) for use in found.uses] == [(4, "role"), (5, None)]


STATEMENTS = {
    "INSERT INTO users VALUES (%s, %s)": ("exact", "INSERT without a column list"),
    "INSERT INTO users (id, role) VALUES %s": ("exact", "INSERT"),
    "SELECT * FROM users WHERE id IN %s": ("exact", "SELECT *"),
    "SELECT u.* FROM users u JOIN orders o ON o.user_id = u.id": ("exact", "SELECT *"),
    "SELECT * FROM orders WHERE user_id IN (SELECT id FROM users)": ("likely", "SELECT *"),
    "SELECT u.role FROM users AS u, orders o": ("exact", "SELECT"),
    "SELECT role FROM users JOIN orders USING (id)": ("likely", "SELECT"),
    "UPDATE users SET role = %(role)s WHERE id = :id": ("exact", "UPDATE"),
    "DELETE FROM users WHERE role = 'x'": ("exact", "DELETE"),
    "ALTER TABLE users DROP COLUMN role": ("exact", "ALTER TABLE"),
    "CREATE INDEX ON users (role)": ("exact", "CREATE INDEX"),
    "COPY users FROM STDIN": ("exact", "COPY without a column list"),
    "SELECT role FROM FROM users": ("likely", "SQL that could not be parsed"),
    "SELECT ROLE FROM USERS": ("exact", "SELECT"),
}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_says_how_it_uses_the_column(search: Search, statement: str) -> None:
    found = search({"a.py": f'run("{statement}")'})

    assert [(use.certainty, use.note) for use in found.of("role")] == [STATEMENTS[statement]]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT o.role FROM users u JOIN orders o ON o.user_id = u.id",
        "SELECT role FROM orders",
        "SELECT role FROM other.users",
        "SELECT 'role' FROM users",
        "SELECT id FROM users -- role",
        "SELECT role FROM users_old",
    ],
)
def test_another_tables_column_is_not_ours(search: Search, statement: str) -> None:
    found = search({"a.sql": statement})

    assert list(found.of("role")) == []


MODELS = {
    "shop/models.py": (
        "class User(models.Model):\n    role = models.CharField(max_length=9)\n",
        TableName(name="shop_user"),
        "Django model field",
    ),
    "django/models/account.py": (
        "class Account(Base):\n    kind = CharField(db_column='role')\n    class Meta:\n        db_table = 'users'\n",
        USERS,
        "Django model field",
    ),
    "people/models.py": (
        "class Base(models.Model):\n    role = models.TextField()\n    class Meta:\n        abstract = True\n\n"
        "class User(Base):\n    class Meta:\n        verbose_name = 'x'\n",
        TableName(name="people_user"),
        "Django model field",
    ),
    "sa.py": (
        "class U(Base):\n    __tablename__ = 'users'\n    kind: Mapped[str] = mapped_column('role', String)\n",
        USERS,
        "SQLAlchemy model field",
    ),
    "sa_bare.py": (
        "class U(Base):\n    __tablename__ = 'users'\n    role: Mapped[str]\n",
        USERS,
        "SQLAlchemy model field",
    ),
    "core.py": ("t = Table('users', metadata, Column('role', String))\n", USERS, "SQLAlchemy table field"),
    "user.rb": (
        "class User < ApplicationRecord\n  self.ignored_columns += %w[role]\nend\n",
        USERS,
        "Rails ignored_columns",
    ),
    "schema.prisma": (
        'model Account {\n  id Int @id\n  kind String @map("role")\n  @@map("users")\n}\n',
        USERS,
        "Prisma model field",
    ),
    "user.entity.ts": (
        '@Entity({ name: "users" })\nexport class Account {\n'
        '  @Column({ type: "text", name: "role" })\n  kind: string;\n}',
        USERS,
        "TypeORM entity field",
    ),
    "user.js": (
        "const U = sequelize.define('User', {\n  id: { type: DataTypes.INTEGER },\n"
        "  kind: { type: DataTypes.STRING, field: 'role' },\n}, { tableName: 'users' });",
        USERS,
        "Sequelize model field",
    ),
    "schema.ts": (
        'export const accounts = pgTable("users", {\n  id: serial("id"),\n  kind: varchar("role", { length: 9 }),\n});',
        USERS,
        "Drizzle table field",
    ),
    "user.ex": (
        'defmodule Shop.Account do\n  schema "users" do\n    field :role, :string\n  end\nend\n',
        USERS,
        "Ecto schema field",
    ),
    "Account.java": (
        '@Entity\n@Table(name = "users")\npublic class Account {\n  @Id\n  private Long id;\n\n'
        '  @Column(name = "role", columnDefinition = "varchar(50)")\n  private String kind;\n}',
        USERS,
        "JPA entity field",
    ),
    "Account.kt": (
        '@Entity\n@Table(name = "users")\ndata class Account(\n  @Id val id: Long,\n'
        '  @Column(name = "role") val kind: String,\n) {}',
        USERS,
        "JPA entity field",
    ),
    "user.go": (
        'type Account struct {\n\tID   int\n\tKind string `gorm:"type:text;column:role"`\n}\n'
        'func (Account) TableName() string { return "users" }\n',
        USERS,
        "Go struct field",
    ),
    "schema.rs": (
        "diesel::table! {\n  users (id) {\n    id -> Int4,\n    role -> Varchar,\n  }\n}",
        USERS,
        "Diesel table! field",
    ),
    "Account.cs": (
        '[Table("users")]\npublic class Account {\n  [Column("role")]\n  public string Kind { get; set; }\n}',
        USERS,
        "Entity Framework entity field",
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_field_of_a_model_is_exact(search: Search, name: str) -> None:
    text, table, note = MODELS[name]

    found = search({name: text}, table)

    assert ("exact", note) in [(use.certainty, use.note) for use in found.of("role")]
    assert "exact" in [use.certainty for use in found.of(None)]


def test_a_model_under_another_name_is_followed_into_other_files(search: Search) -> None:
    found = search(
        {
            "core/models.py": MODELS["django/models/account.py"][0],
            "web/views.py": "def view(account):\n    return account.kind\n",
            "web/query.py": "Account.objects.filter(kind__in=['a']).order_by('-kind')\n",
            "web/unrelated.py": "def other(thing):\n    return thing.kind\n",
        }
    )

    assert [(use.path, use.note) for use in found.uses if use.certainty == "likely" and use.column] == [
        ("web/query.py", "argument kind__in="),
        ("web/views.py", "attribute account.kind"),
    ]


USES = {
    "a.rb": ("User.where(role: 'x').pluck(:role)\n", 1),
    "b.rb": ("User\n  .where('role = ?', x)\n", 2),
    "a.js": ("knex('users').select('id', 'role')\n", 1),
    "b.js": ("if (user.role === 'admin') go()\n", 1),
    "a.tsx": ("prisma.user.update({\n  data: { role: x } }) as User\n", 2),
    "a.go": ("if user.Role == x {}\n", 1),
    "A.java": ("User u;\nu.getRole();\n", 2),
    "a.php": ("<?php\necho $user->role;\n", 2),
    "a.ex": ("from u in User,\n  select: u.role\n", 2),
    "a.py": ("if request.user.role == 'x':\n    pass\n", 1),
    "b.py": ("if current_user.role == 'x':\n    pass\n", 1),
    "c.js": ("if (currentUser.role) go()\n", 1),
}


@pytest.mark.parametrize("name", USES)
def test_an_attribute_or_a_string_in_its_context_is_likely(search: Search, name: str) -> None:
    text, line = USES[name]

    found = search({name: text})

    assert [(use.line, use.certainty) for use in found.of("role")] == [(line, "likely")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.js", "// users: role\nconst x = 1 /* users.role */\n"),
        ("a.py", "# users role\ndef f():\n    'The role of users.'\n"),
        ("a.rb", "# users.role\nx = 1\n"),
        ("b.js", "const x = thing.role\n"),
        ("a.go", "// SELECT role FROM users\n"),
    ],
)
def test_comments_and_other_things_are_no_uses(search: Search, name: str, text: str) -> None:
    found = search({name: text})

    assert found.uses == ()


HISTORY = {
    "alembic/versions/1_a.py": (
        "revision = '1'\ndown_revision = None\ndef upgrade():\n    op.add_column('users', Column('role'))\n",
        "Alembic migration: string",
    ),
    "shop/migrations/0001_a.py": (
        "class Migration(migrations.Migration):\n    operations = [migrations.AddField('User', 'role', 1)]\n",
        "Django migration: string",
    ),
    "db/migrate/1_a.rb": (
        "class A < ActiveRecord::Migration[7.1]\n  def change\n    add_column :users, :role, :string\n  end\nend\n",
        "Rails migration: name role",
    ),
    "migrations/1_a.js": (
        "exports.up = (knex) => knex.schema.table('users', t => t.string('role'))\n",
        "knex migration: string",
    ),
    "sql/V1__a.sql": ("ALTER TABLE users ADD COLUMN role text;", "Flyway migration: ALTER TABLE"),
    "migrations/1/up.sql": ("ALTER TABLE users ADD COLUMN role text;", "SQL migration: ALTER TABLE"),
}


@pytest.mark.parametrize("name", HISTORY)
def test_a_migration_is_history_and_no_use(search: Search, name: str) -> None:
    text, note = HISTORY[name]

    found = search({name: text})

    assert found.uses == ()
    assert [use.note for use in found.history if use.column == "role"] == [note]


def test_what_was_not_read_is_counted_by_reason(search: Search, tmp_path: Path) -> None:
    sql = "SELECT role FROM users;"
    (tmp_path / "binary.sql").write_bytes(b"\x00" + sql.encode())
    (tmp_path / "outside").mkdir()
    os.symlink("/etc", tmp_path / "link")
    found = search(
        {
            "node_modules/x/a.js": "db('users')",
            "huge.sql": sql + " " * 1_100_000,
            "page.min.js": f'q("{sql}")',
            "one_line.js": f'q("{sql}")' * 500,
            "notes.md": sql,
            "old.py": "print 'SELECT role FROM users'\n",
            ".gitignore": "/generated/\n*.gen.py\n!keep.gen.py\n",
            "generated/a.py": f'q("{sql}")',
            "x.gen.py": f'q("{sql}")',
            "keep.gen.py": f'q("{sql}")',
            "lib/generated/b.py": f'q("{sql}")',
        }
    )

    assert {use.path for use in found.uses} == {"keep.gen.py", "lib/generated/b.py"}
    assert {one.reason: (one.files, one.example) for one in found.not_read} == {
        "Python that this version cannot parse": (1, "old.py"),
        "binary": (1, "binary.sql"),
        "folder of dependencies, builds or caches": (1, "node_modules"),
        "ignored by .gitignore": (2, "generated"),
        "larger than 1 MiB": (1, "huge.sql"),
        "minified": (2, "one_line.js"),
        "not in a language that is read": (2, ".gitignore"),
        "symbolic link": (1, "link"),
    }
    assert found.files_read == 2


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "app", tmp_path / "secret"
    inside.mkdir()
    outside.mkdir()
    (outside / "a.sql").write_text("SELECT role FROM users")
    (inside / "file.sql").symlink_to(outside / "a.sql")
    (inside / "folder").symlink_to(outside)

    found = find_references(inside, USERS, ["role"])

    assert found.uses == ()
    assert found.files_read == 0


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder; no code was read"):
        find_references(tmp_path / "nowhere", USERS, ["role"])


def test_a_search_is_the_same_twice_and_sorted(search: Search) -> None:
    files = SQL_IN_STRINGS | {n: t for n, (t, _) in USES.items()}

    first, second = search(files), search(files)

    assert first == second
    assert list(first.uses) == sorted(first.uses, key=lambda use: (use.path, use.line, use.column or ""))


def test_nothing_that_is_read_is_run(search: Search, tmp_path: Path) -> None:
    found = search({"a.py": f"open({str(tmp_path / 'ran')!r}, 'w')\nusers = 'SELECT role FROM users'\n"})

    assert len(list(found.of("role"))) == 1
    assert not (tmp_path / "ran").exists()
