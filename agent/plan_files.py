"""The plan as files: Markdown to read, JSON to load again, up and down SQL for the project's repository."""

from pathlib import Path

from pydantic import ValidationError

from protocol.errors import UsageError
from protocol.plan import Plan
from protocol.plan_markdown import markdown


def write_plan(plan: Plan, folder: Path) -> tuple[Path, ...]:
    """Write plan.md, plan.json, up.sql and down.sql; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "plan.md": markdown(plan),
        "plan.json": plan.model_dump_json(indent=2) + "\n",
        "up.sql": plan.files.up,
        "down.sql": plan.files.down,
    }
    for name, content in contents.items():
        (folder / name).write_text(content, "utf-8")
    return tuple(folder / name for name in contents)


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
