"""Where the demo's server lives, and how a run made on it finds it again."""

from pathlib import Path

from agent.runs import Run

DATABASE = "shop"


def demo_home(state_directory: Path) -> Path:
    return state_directory / "postgres"


def demo_dsn_of(run: Run, state_directory: Path) -> str | None:
    """The demo's address when the run was made on the demo's server; the server is started if it rests."""
    from tools.engines.dsn import parse
    from tools.engines.embedded import EmbeddedServer

    home = demo_home(state_directory)
    if run.request is None or not home.exists():
        return None
    server = EmbeddedServer(home)
    dsn = server.dsn(DATABASE)
    if parse(dsn).alias != run.request.target_alias:
        return None
    server.start()
    return dsn
