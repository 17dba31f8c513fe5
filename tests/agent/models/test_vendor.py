import subprocess
import sys

import pytest

from agent.models.anthropic import AnthropicModel
from agent.models.vendor import DEFAULT_URL, Access, access_from, has_key
from protocol.errors import ConfigurationError


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, False),
        ({"ANTHROPIC_API_KEY": ""}, False),
        ({"ANTHROPIC_API_KEY": "k"}, True),
        ({"ANTHROPIC_AUTH_TOKEN": "t"}, True),
        ({"ANTHROPIC_API_KEY": "", "ANTHROPIC_AUTH_TOKEN": "t"}, True),
    ],
)
def test_a_key_is_either_of_two_variables(environ: dict[str, str], expected: bool) -> None:
    assert has_key(environ) is expected


def test_the_key_goes_before_the_token_as_in_the_sdk() -> None:
    access = access_from({"ANTHROPIC_API_KEY": "k", "ANTHROPIC_AUTH_TOKEN": "t"})

    assert access == Access(DEFAULT_URL, api_key="k")


def test_an_empty_address_is_none() -> None:
    access = access_from({"ANTHROPIC_AUTH_TOKEN": "t", "ANTHROPIC_BASE_URL": ""})

    assert access == Access(DEFAULT_URL, auth_token="t")


def test_secrets_are_not_in_the_representation() -> None:
    assert "sk-1" not in repr(Access(DEFAULT_URL, api_key="sk-1", auth_token="sk-1"))


def test_a_model_without_a_key_is_not_built() -> None:
    with pytest.raises(ConfigurationError, match="There is no key"):
        AnthropicModel(environ={})


@pytest.mark.parametrize("value", ["debug", "DEBUG", " debug "])
def test_a_log_that_prints_bodies_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match="ANTHROPIC_LOG=debug prints every request"):
        AnthropicModel(environ={"ANTHROPIC_API_KEY": "k", "ANTHROPIC_LOG": value})


@pytest.mark.parametrize("secret", ["sk-1\n", "sk 1", "sk-ключ", "\x00"])
def test_a_damaged_key_is_refused_without_being_told(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="ANTHROPIC_API_KEY contains") as raised:
        AnthropicModel(environ={"ANTHROPIC_API_KEY": secret})

    assert secret not in raised.value.message


@pytest.mark.parametrize("module", ["vendor", "budget", "conversation", "wire", "price"])
def test_only_the_model_itself_loads_the_sdk(module: str) -> None:
    program = f"import sys, agent.models.{module}; print(*{{'anthropic', 'genai_prices', 'httpx2'}} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == ""
