"""Have one conversation of a scenario: current code, prompts and tools on a real PostgreSQL, a scripted person."""

import asyncio
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agent.configuration import Configuration
from agent.drive import start
from agent.journal import FILE, read
from agent.session import Session
from agent.settings import Backup, Settings
from agent.setup import Setup
from evals.evidence import Evidence
from evals.objections import objections_to
from evals.person import ScriptedPerson
from evals.picture import take
from evals.playground import Playground
from evals.recording import Origin, Recording, heard_last, load, prefix_sent
from evals.scenario import Scenario
from evals.server import ScriptedServer
from evals.turns import Fail, Turn
from protocol.errors import WhimbrelError
from protocol.events import Entry, PlanApproved
from protocol.states import State
from tools.engines.dsn import parse

KEY = "replay-needs-no-key"


class Replayed:
    """Plays a recording turn by turn; the first request that does not fit it ends the conversation.

    Strict in where the conversation stands, in prompt and tools, and in the kind of result the model hears; lenient in
    facts, such as row counts.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._asked = 0
        self.drift = ""

    def __call__(self, body: dict[str, Any]) -> Turn:
        self.drift = self.drift or self._objection(body)
        if self.drift:
            return Fail(400, self.drift)
        self._asked += 1
        return self._recording.turns[self._asked - 1].answer

    def close(self, requests: tuple[dict[str, Any], ...]) -> str:
        """Return why the recording does not fit today's program; empty when it does."""
        if not self.drift and requests and (wrong := objections_to(requests[-1])):
            return f"request {len(requests)} is one the service would refuse: {wrong[0]}"
        left = len(self._recording.turns) - self._asked
        return self.drift or (f"the conversation ended {left} turns before the recording does" if left else "")

    def _objection(self, body: dict[str, Any]) -> str:
        number = self._asked + 1
        if self._asked == len(self._recording.turns):
            return f"the conversation goes on where the recording ends, after turn {self._asked}"
        turn = self._recording.turns[self._asked]
        if prefix_sent(body) != self._recording.prefixes.get(turn.phase):
            return f"turn {number} was recorded in phase {turn.phase} with another prompt or other tools"
        heard = heard_last(body["messages"])
        if heard != turn.after:
            return f"turn {number} was recorded after `{turn.after}`, and today it comes after `{heard}`"
        return ""


def replay(scenario: Scenario, playground: Playground, recording: Recording | None = None) -> Evidence:
    """Play a scenario's recording, or another one, through the real client over HTTP."""
    recording = recording or load(scenario.recording)
    replayed = Replayed(recording)
    with ScriptedServer([replayed] * (len(recording.turns) + 1)) as server, _no_proxy():
        environ = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": server.url}
        evidence = _have(scenario, playground, recording.model, recording.origin, environ)
        drift = replayed.close(server.requests)
    return Evidence(**vars(evidence) | {"drift": _how_to_refresh(scenario, recording, drift)})


def guided(scenario: Scenario, playground: Playground) -> Evidence:
    """Let the guided model lead the same conversation."""
    return _have(scenario, playground, "guided", "guided", {})


def live(scenario: Scenario, playground: Playground, model: str, environ: Mapping[str, str] = os.environ) -> Evidence:
    """Let a vendor's model lead it; needs a key."""
    return _have(scenario, playground, model, "live", environ)


def _have(
    scenario: Scenario, playground: Playground, model: str, origin: Origin, environ: Mapping[str, str]
) -> Evidence:
    folder = playground.folder / scenario.name
    shutil.rmtree(folder, ignore_errors=True)
    person, marks = ScriptedPerson(scenario.person), _Marks(playground)
    with playground.database(scenario.name, scenario.seed) as dsn:
        before = take(dsn)
        began = playground.log_end()
        setup = _setup(scenario, dsn, model, folder, environ)
        code, said = asyncio.run(_run(setup, person, scenario.request, marks))
        logged = playground.log_since(began, marks.approved_at)
        after = take(dsn, before)
    return Evidence(
        scenario=scenario,
        origin=origin,
        model=model,
        before=before,
        after=after,
        gold=playground.gold(scenario.seed, scenario.gold),
        entries=_journal(setup.runs),
        logged=logged,
        approved=tuple(person.approved),
        confirmed=tuple(person.confirmed),
        exit_code=code,
        said=said,
    )


class _Marks:
    """Notes where the server's log stood when the approval was written down."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self.approved_at: int | None = None

    def opened(self, session: Session) -> None:
        session.listeners.append(self._look)

    def _look(self, entry: Entry, _: State) -> None:
        if isinstance(entry.event, PlanApproved) and self.approved_at is None:
            self.approved_at = self._playground.log_end()


async def _run(setup: Setup, person: ScriptedPerson, words: str, marks: _Marks) -> tuple[int, str]:
    try:
        return await start(setup, person, words, marks.opened), ""
    except WhimbrelError as error:
        return error.exit_code, error.message


def _setup(scenario: Scenario, dsn: str, model: str, folder: Path, environ: Mapping[str, str]) -> Setup:
    """Nothing of the machine's own settings counts here."""
    settings = Settings(model=model, environment=scenario.environment, state=folder, backup=Backup(reserve_bytes=0))
    origins: dict[tuple[str, ...], str] = {("environment",): f"scenario {scenario.name}"}
    return Setup(configuration=Configuration(settings, origins), environ=environ, dsn=parse(dsn))


def _journal(runs: Path) -> tuple[Entry, ...]:
    return tuple(entry for path in sorted(runs.glob(f"*/{FILE}")) for entry in read(path))


def _how_to_refresh(scenario: Scenario, recording: Recording, drift: str) -> str:
    if not drift:
        return ""
    if not recording.changed:
        return f"{drift}. The program goes another way than when this was recorded."
    phases = ", ".join(recording.changed)
    return (
        f"{drift} (changed: {phases}). Read the recording again; if it still holds: "
        f"python -m evals.refresh {scenario.name}"
    )


@contextmanager
def _no_proxy() -> Iterator[None]:
    """The scripted server is on this machine; a proxy would not find it."""
    before = {name: os.environ.get(name) for name in ("NO_PROXY", "no_proxy")}
    os.environ |= {name: f"127.0.0.1,{value}" if value else "127.0.0.1" for name, value in before.items()}
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
