"""What a tool is: a name, the phases it may be called in, arguments and result as models. The gate stands here."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from protocol.errors import ToolRefused
from protocol.events import Move, Narrative
from protocol.limits import Limits
from protocol.person import Person
from protocol.states import State
from protocol.value import Value
from tools.engines.postgres import Database
from tools.work import Work


class Desk(Protocol):
    """What a tool finds on its desk. It can append events, and each is refused if the protocol does not allow it."""

    @property
    def state(self) -> State: ...

    @property
    def person(self) -> Person: ...

    @property
    def database(self) -> Database: ...

    @property
    def limits(self) -> Limits: ...

    @property
    def code(self) -> Path | None:
        """The folder of the application's code, where one was named."""

    @property
    def words(self) -> str:
        """Everything the person said so far."""

    @property
    def history(self) -> tuple[Move | Narrative, ...]:
        """Every event of this run so far."""

    def append(self, event: Move | Narrative) -> None: ...

    def work(self) -> Work:
        """What a step of the approved plan needs to run; raises IllegalMove when nothing is approved."""

    def next_plan_id(self) -> str: ...


class Result(Value):
    """What a tool gives back to the model; `status` is one word, `said` a sentence."""

    status: str
    said: str


A = TypeVar("A", bound=BaseModel)
Run = Callable[[Any, Desk], Awaitable[Result]]


@dataclass(frozen=True)
class Tool:
    name: str
    phases: frozenset[str]
    arguments: type[BaseModel]
    run: Run

    @property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the arguments: closed, every property required, as strict tool use wants it."""
        closed: dict[str, Any] = _closed(self.arguments.model_json_schema())
        return closed


TOOLS: dict[str, Tool] = {}


def tool(*, phases: frozenset[str], arguments: type[A]) -> Callable[[Callable[[A, Desk], Awaitable[Result]]], Run]:
    """Register a coroutine function as a tool under its own name."""

    def register(run: Callable[[A, Desk], Awaitable[Result]]) -> Run:
        name = run.__name__
        TOOLS[name] = Tool(name=name, phases=phases, arguments=arguments, run=run)
        return run

    return register


def legal_in(phase: str) -> tuple[Tool, ...]:
    """The tools of a phase, in the order of their names."""
    return tuple(TOOLS[name] for name in sorted(TOOLS) if phase in TOOLS[name].phases)


async def call(name: str, arguments: Mapping[str, Any], desk: Desk) -> Result:
    """Check name, phase and arguments, then run; raise ToolRefused before anything is touched."""
    found = TOOLS.get(name)
    if found is None:
        raise ToolRefused(f"There is no tool `{name[:60]}`. Nothing was done.")
    phase = desk.state.phase
    if phase not in found.phases:
        allowed = ", ".join(other.name for other in legal_in(phase)) or "none"
        raise ToolRefused(
            f"`{name}` is not possible in phase {phase.replace('_', ' ')}; nothing was done. Possible now: {allowed}."
        )
    try:
        parsed = found.arguments.model_validate(arguments)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "arguments"
        raise ToolRefused(
            f"`{name}` was called with wrong arguments ({where}: {first['msg']}). Nothing was done."
        ) from None
    return await found.run(parsed, desk)


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _closed(part) for key, part in schema.items() if key not in {"title", "default"}}
    if schema.get("type") == "object":
        kept |= {"additionalProperties": False, "required": list(schema.get("properties", {}))}
    return kept
