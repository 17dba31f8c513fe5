import pytest

from evals.bench import Bench
from tools.engines.embedded import EmbeddedServer


@pytest.fixture(scope="session")
def bench(server18: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The evals' bench on the tests' own server."""
    return Bench(server18, tmp_path_factory.mktemp("evals"))
