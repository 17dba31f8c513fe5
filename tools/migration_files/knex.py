"""Knex migrations: one a part, each with its own transaction, because knex would put a whole run into one."""

from datetime import datetime, timedelta

from tools.migration_files.forms import Knex, MigrationFile, behind_gates, stamp
from tools.migration_files.heading import heading
from tools.migration_files.quoting import javascript_text
from tools.migration_files.script import Batches, Outside, Part, Place, Script, Transaction, places, stem

CONNECTION = """
// Straight to the driver: knex would read ? and :name in the SQL as parameters.
async function withConnection(knex, work) {
  const connection = await knex.client.acquireConnection();
  try {
    return await work(connection);
  } finally {
    await knex.client.releaseConnection(connection);
  }
}
"""

RUN = """
async function run(knex, statements) {
  await withConnection(knex, async (connection) => {
    for (const sql of statements) await connection.query(sql);
  });
}
"""

IN_TRANSACTION = """
async function inTransaction(knex, statements) {
  await withConnection(knex, async (connection) => {
    try {
      for (const sql of ["BEGIN", ...statements, "COMMIT"]) await connection.query(sql);
    } catch (error) {
      await connection.query("ROLLBACK");
      throw error;
    }
  });
}
"""

WALK = """
// Walks the table along its key, a transaction a batch; run again, it passes over what is done.
async function fill(knex) {
  await withConnection(knex, async (connection) => {
    await connection.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
    try {
      await walk(connection);
      if (await left(connection)) await walk(connection); // rows can appear behind the first walk
      const rows = await left(connection);
      if (rows) throw new Error(`${rows} rows are still to do: someone writes them so. What was filled stays.`);
    } finally {
      await connection.query("RESET lock_timeout");
    }
  });
}

async function walk(connection) {
  let last = [];
  for (;;) {
    const [find, write] = last.length ? [BOUND, UPDATE] : [FIRST, FROM_START];
    const found = await connection.query({ text: find, values: [...last, BATCH_ROWS], rowMode: "array" });
    if (found.rows.length === 0) return;
    const bound = found.rows[0].slice(0, -1);
    await connection.query({ text: write, values: [...last, ...bound] });
    last = bound;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function left(connection) {
  const counted = await connection.query({ text: LEFT, rowMode: "array" });
  return Number(counted.rows[0][0]);
}
"""

FUNCTIONS: dict[type[Part], str] = {Transaction: IN_TRANSACTION, Outside: RUN, Batches: WALK}

NOT_BACK = '  throw new Error("This cannot be taken back by a migration; restore the backup.");\n'
NOTHING = "  // nothing has to be done: what comes before takes it along\n"


def knex_files(script: Script, form: Knex, now: datetime) -> tuple[MigrationFile, ...]:
    """Write a migration for each part; their time stamps are a second apart and after the project's latest."""
    start = max(now.replace(tzinfo=None), _after(form.latest)) if form.latest else now
    return tuple(
        MigrationFile(
            path=behind_gates(
                f"{stamp(start + timedelta(seconds=place.number - 1))}_{stem(script, place)}{form.ending}", place.stage
            ),
            text=_text(script, place, form),
        )
        for place in places(script)
    )


def _after(latest: str) -> datetime:
    try:
        return datetime.strptime(latest, "%Y%m%d%H%M%S") + timedelta(seconds=1)  # a name, no moment
    except ValueError:
        return datetime.min


def _text(script: Script, place: Place, form: Knex) -> str:
    part = place.part
    back = _body(place.back) if place.back else NOTHING if place.reversible else NOT_BACK
    return "".join(
        [
            heading(script, place, "//"),
            f"\n{_constants(part)}" if isinstance(part, Batches) else "",
            f"\n{_function('up', form)}{_body(part)}}}{';' * (not form.is_module)}\n",
            f"\n{_function('down', form)}{back}}}{';' * (not form.is_module)}\n",
            f"\n{'export const config' if form.is_module else 'exports.config'} = {{ transaction: false }};\n",
            CONNECTION,
            *(text for kind, text in FUNCTIONS.items() if any(isinstance(way, kind) for way in (part, place.back))),
        ]
    )


def _function(name: str, form: Knex) -> str:
    return f"export async function {name}(knex) {{\n" if form.is_module else f"exports.{name} = async (knex) => {{\n"


def _constants(part: Batches) -> str:
    named = {
        "FIRST": part.first_sql,
        "BOUND": part.bound_sql,
        "FROM_START": part.from_start_sql,
        "UPDATE": part.update_sql,
        "LEFT": part.left_sql,
    }
    sizes = {
        "BATCH_ROWS": part.batch_rows,
        "PAUSE_MS": part.pause_ms,
        "LOCK_TIMEOUT_MS": part.lock_timeout_ms or 0,
    }
    texts = {name: javascript_text(sql) for name, sql in named.items()}
    return "".join(f"const {name} = {value};\n" for name, value in (sizes | texts).items())


def _body(part: Transaction | Outside | Batches) -> str:
    match part:
        case Transaction(sql=sql, lock_timeout_ms=limit):
            return _call("inTransaction", f"SET LOCAL lock_timeout = '{limit or 0}ms'", *sql)
        case Outside(sql=sql):
            return _call("run", "SET lock_timeout = 0", *sql, "RESET lock_timeout")
        case Batches():
            return "  await fill(knex);\n"


def _call(function: str, *statements: str) -> str:
    lines = "".join(f"    {javascript_text(sql)},\n" for sql in statements)
    return f"  await {function}(knex, [\n{lines}  ]);\n"
