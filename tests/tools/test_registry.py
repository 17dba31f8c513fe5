from collections.abc import Iterator
from typing import Any, NoReturn, cast, get_args

import pytest
from pydantic import Field

from protocol.discovery import Sheet
from protocol.errors import ToolRefused
from protocol.states import Discovery, State
from protocol.value import Value
from tools import registry
from tools.registry import TOOLS, Desk, Result, Tool, call, legal_in, tool
from tools.toolbox import call as call_of_the_toolbox

PHASES = [state.model_fields["phase"].default for state in get_args(State)]

GATE = {
    "idle": [],
    "discovery": ["ask_person", "lint_sql", "propose_change"],
    "planning": ["draft_plan", "lint_sql"],
    "approval": ["lint_sql", "request_approval"],
    "execution": ["execute_step", "lint_sql"],
    "verification": ["lint_sql", "verify"],
    "monitoring": ["lint_sql", "watch"],
    "paused": ["ask_what_next", "lint_sql"],
    "rolling_back": [],
    "done": [],
    "rolled_back": [],
    "abandoned": [],
}

GOOD: dict[str, dict[str, Any]] = {
    "ask_person": {"reason": "why"},
    "ask_what_next": {"reason": "why"},
    "draft_plan": {"strategy": "recommended"},
    "execute_step": {"plan": "plan-1", "step": "backup"},
    "lint_sql": {"sql": "SELECT 1"},
    "propose_change": {"kind": "add_column", "heard": []},
    "request_approval": {"plan": "plan-1"},
    "verify": {"plan": "plan-1"},
    "watch": {"plan": "plan-1"},
}


class UntouchableDesk:
    """Knows its phase; whoever takes anything else from it fails the test."""

    def __init__(self, phase: str) -> None:
        self._state = Discovery(words="add a column", sheet=Sheet()).model_copy(update={"phase": phase})

    @property
    def state(self) -> Discovery:
        return self._state

    def __getattr__(self, name: str) -> NoReturn:
        raise AssertionError(f"a refused call touched `{name}`")


def desk(phase: str) -> Desk:
    return cast(Desk, UntouchableDesk(phase))


class Echo(Value):
    word: str = Field(description="what to say")
    times: int = 1


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> Tool:
    registered: dict[str, Tool] = {}
    monkeypatch.setattr(registry, "TOOLS", registered)

    @tool(phases=frozenset({"discovery"}), arguments=Echo)
    async def echo(arguments: Echo, desk: Desk) -> Result:  # noqa: ARG001 - every tool has the same shape
        """Say it again."""
        return Result(status="said", said=arguments.word * arguments.times)

    return registered["echo"]


# --- the gate ------------------------------------------------------------------------------------------------------


def test_the_table_below_names_every_phase_and_every_tool() -> None:
    assert list(GATE) == PHASES
    assert sorted(GOOD) == sorted(TOOLS) == sorted({name for names in GATE.values() for name in names})


@pytest.mark.parametrize("phase", PHASES)
def test_a_phase_offers_its_tools_and_no_others(phase: str) -> None:
    assert [found.name for found in legal_in(phase)] == GATE[phase]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", sorted(GOOD))
async def test_the_gate_lets_a_tool_through_in_its_phases_only(name: str, phase: str) -> None:
    if name in GATE[phase]:
        with pytest.raises(ToolRefused, match=f"^`{name}` was called with wrong arguments"):
            await call(name, {"extra": True}, desk(phase))
        return
    with pytest.raises(ToolRefused) as caught:
        await call(name, GOOD[name], desk(phase))

    possible = ", ".join(GATE[phase]) or "none"
    spoken = phase.replace("_", " ")
    assert caught.value.message == (
        f"`{name}` is not possible in phase {spoken}; nothing was done. Possible now: {possible}."
    )


async def test_a_tool_in_its_phase_with_good_arguments_runs() -> None:
    assert await call("lint_sql", GOOD["lint_sql"], desk("planning")) == Result(status="linted", said="no finding")


# --- what a model may get wrong ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["run_sql", "", "Execute_Step", "approve_plan", "x" * 500])
async def test_a_tool_that_does_not_exist_is_refused_with_a_short_sentence(name: str) -> None:
    with pytest.raises(ToolRefused) as caught:
        await call(name, {}, desk("execution"))

    assert caught.value.message == f"There is no tool `{name[:60]}`. Nothing was done."


@pytest.mark.parametrize("name", sorted(GOOD))
async def test_an_extra_field_is_refused_by_its_name(name: str) -> None:
    phase = next(phase for phase, names in GATE.items() if name in names)
    with pytest.raises(
        ToolRefused, match=rf"^`{name}` was called with wrong arguments \(confirmed: .* Nothing was done"
    ):
        await call(name, GOOD[name] | {"confirmed": True}, desk(phase))


@pytest.mark.parametrize("name", sorted(GOOD))
@pytest.mark.parametrize("wrong", [None, 7, ["plan-1"], {"sql": "DROP TABLE t"}])
async def test_an_argument_of_the_wrong_type_is_refused(name: str, wrong: object) -> None:
    phase = next(phase for phase, names in GATE.items() if name in names)
    first = next(iter(GOOD[name]))
    with pytest.raises(ToolRefused, match=rf"\({first}: .*\)\. Nothing was done\.$"):
        await call(name, GOOD[name] | {first: wrong}, desk(phase))


@pytest.mark.parametrize("name", sorted(GOOD))
async def test_a_missing_argument_is_refused(name: str) -> None:
    phase = next(phase for phase, names in GATE.items() if name in names)
    with pytest.raises(ToolRefused, match="Field required"):
        await call(name, {}, desk(phase))


async def test_a_kind_of_change_nobody_knows_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ToolRefused, match="known kinds of change: add_check, add_column, "):
        await call("propose_change", {"kind": "drop_database", "heard": []}, desk("discovery"))


async def test_what_was_sent_is_not_repeated() -> None:
    with pytest.raises(ToolRefused) as caught:
        await call("lint_sql", {"sql": {"password": "s3cret"}}, desk("planning"))

    assert "s3cret" not in caught.value.message


# --- schemas -------------------------------------------------------------------------------------------------------


def objects(schema: object) -> Iterator[dict[str, Any]]:
    """Every object schema within a schema, at any depth."""
    if isinstance(schema, list):
        for part in schema:
            yield from objects(part)
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from objects(part)


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_a_schema_is_closed_and_requires_everything_at_every_depth(name: str) -> None:
    found = list(objects(TOOLS[name].schema))

    assert found
    for schema in found:
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_no_tool_takes_sql_to_run_or_an_approval(name: str) -> None:
    properties = {field for schema in objects(TOOLS[name].schema) for field in schema["properties"]}

    assert properties.isdisjoint({"confirmed", "approved", "approve", "by", "digest", "undo"})
    assert "sql" not in properties or name == "lint_sql"


def test_a_schema_keeps_what_it_says_and_drops_defaults(echo: Tool) -> None:
    assert echo.schema == {
        "type": "object",
        "properties": {"word": {"type": "string", "description": "what to say"}, "times": {"type": "integer"}},
        "additionalProperties": False,
        "required": ["word", "times"],
    }


async def test_a_new_tool_is_found_by_the_name_of_its_function(echo: Tool) -> None:
    result = await call_of_the_toolbox("echo", {"word": "ha", "times": 2}, desk("discovery"))

    assert echo.name == "echo"
    assert result == Result(status="said", said="haha")
