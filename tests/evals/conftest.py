import pytest

from evals.playground import Playground
from tools.engines.embedded import EmbeddedServer


@pytest.fixture(scope="session")
def playground(server18: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Playground:
    """The evals' playground on the tests' own server."""
    return Playground(server18, tmp_path_factory.mktemp("evals"))
