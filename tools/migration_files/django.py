"""Django migrations: one a part; those that may be one transaction are, together with Django's own record."""

from tools.migration_files.forms import Django, MigrationFile, behind_gates
from tools.migration_files.heading import heading
from tools.migration_files.python_batches import WALK, constants
from tools.migration_files.quoting import python_text
from tools.migration_files.script import Batches, Outside, Place, Script, Transaction, places, stem

NOOP = "migrations.RunSQL.noop"

FORWARDS = """
def forwards(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:

        def run(sql):
            cursor.execute(sql)  # without parameters, so that Django and the driver leave % alone
            return cursor

        run({limit})
        fill(run)
        run("RESET lock_timeout")

"""

IN_ONE_TRANSACTION = '''
class InOneTransaction(migrations.RunSQL):
    """The migration itself is in none, because the other way needs that."""

    atomic = True
'''


def django_files(script: Script, form: Django) -> tuple[MigrationFile, ...]:
    """Write a migration for each part, the first after the app's latest."""
    files, before = [], form.latest
    for place in places(script):
        name = f"{form.number + place.number - 1:04d}_{stem(script, place)}"
        text = _text(script, place, form.app, before)
        files.append(MigrationFile(path=behind_gates(f"{name}.py", place.stage), text=text))
        before = name
    return tuple(files)


def _text(script: Script, place: Place, app: str, before: str | None) -> str:
    ways = [way for way in (place.part, place.back) if way]
    atomic = all(isinstance(way, Transaction) for way in ways)
    mixed = not atomic and any(isinstance(way, Transaction) for way in ways)
    is_batch = isinstance(place.part, Batches)
    depends = [] if before is None else [(app, before)]
    return "".join(
        [
            heading(script, place),
            "\nimport time\n" * is_batch,
            "\nfrom django.db import migrations\n",
            f"\n{constants(place.part)}\n{FORWARDS.format(limit=_limit(place.part))}\n{WALK}"
            if isinstance(place.part, Batches)
            else "",
            f"\n{IN_ONE_TRANSACTION}" * mixed,
            "\n\nclass Migration(migrations.Migration):\n",
            "" if atomic else "    atomic = False\n\n",
            f"    dependencies = {depends!r}\n\n    operations = [\n{_operations(place, atomic)}    ]\n",
        ]
    )


def _limit(part: Batches) -> str:
    return python_text(f"SET lock_timeout = '{part.lock_timeout_ms or 0}ms'")


def _operations(place: Place, atomic: bool) -> str:
    """Write the way there and the way back: one operation where they are of one kind, else one for each."""
    there, back = place.part, place.back
    nothing = NOOP if place.reversible else "None"
    if isinstance(there, Batches):
        return _python(place) + (_sql(NOOP, back, atomic) if back else "")
    if back is None:
        return _sql(there, nothing, atomic)
    if type(there) is type(back):
        return _sql(there, back, atomic)
    return _sql(there, NOOP, atomic) + _sql(NOOP, back, atomic)


def _python(place: Place) -> str:
    reverse = ", migrations.RunPython.noop" if place.reversible else ""
    return f"        migrations.RunPython(forwards{reverse}),\n"


def _sql(there: Transaction | Outside | str, back: Transaction | Outside | str, atomic: bool) -> str:
    """Write one RunSQL; its statements are a list, because Django cuts a string at semicolons."""
    own = not atomic and any(isinstance(way, Transaction) for way in (there, back))
    kind = "InOneTransaction" if own else "migrations.RunSQL"
    forward, reverse = (way if isinstance(way, str) else _list(way) for way in (there, back))
    return f"        {kind}(\n            {forward},\n            reverse_sql={reverse},\n        ),\n"


def _list(part: Transaction | Outside) -> str:
    match part:
        case Transaction(sql=sql, lock_timeout_ms=limit):
            statements = (f"SET LOCAL lock_timeout = '{limit or 0}ms'", *sql)
        case Outside(sql=sql):
            statements = ("SET lock_timeout = 0", *sql, "RESET lock_timeout")
    lines = "".join(f"                {python_text(statement)},\n" for statement in statements)
    return f"[\n{lines}            ]"
