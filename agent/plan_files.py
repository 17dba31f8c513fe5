"""The plan as files: Markdown to read, JSON to load again, and migrations in the form of the project's repository."""

from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from protocol.errors import UsageError
from protocol.plan import Plan
from protocol.plan_markdown import markdown
from tools.migration_files.forms import Form, Plain
from tools.migration_files.plain import plain_files
from tools.migration_files.script import script_of
from tools.migration_files.write import migration_files


def write_plan(plan: Plan, folder: Path, form: Form | None = None, now: datetime | None = None) -> tuple[Path, ...]:
    """Write plan.md, plan.json, up.sql, down.sql, and the files of another form into a folder named after it.

    Return their paths. `now` is what time stamps are made from; nothing outside `folder` is touched.
    """
    script = script_of(plan)
    contents = {"plan.md": markdown(plan), "plan.json": plan.model_dump_json(indent=2) + "\n"}
    contents |= {file.path: file.text for file in plain_files(script)}
    if form is not None and not isinstance(form, Plain):
        files = migration_files(script, form, now or datetime.now(UTC))
        contents |= {f"{form.name}/{file.path}": file.text for file in files}
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8", newline="")
    return tuple(folder / name for name in contents)


def up_sql(plan: Plan) -> str:
    """Return what up.sql holds."""
    return plain_files(script_of(plan))[0].text


def read_plan(path: Path) -> Plan:
    """Load a plan from plan.json or the folder that holds it; raise UsageError with a sentence."""
    file = path / "plan.json" if path.is_dir() else path
    try:
        return Plan.model_validate_json(file.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise UsageError(f"{file} is not a plan of this version ({first['msg']}).") from None
