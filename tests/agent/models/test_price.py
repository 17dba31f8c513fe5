import pytest

from agent.models.price import Tokens, usd_of

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("model", "tokens", "usd"),
    [
        ("claude-opus-5-5", Tokens(fresh=MILLION), 4.0),
        ("claude-opus-5-5", Tokens(output=MILLION), 20.0),
        ("claude-opus-5-5", Tokens(cache_write=MILLION), 8.0),
        ("claude-opus-5-5", Tokens(cache_read=MILLION), 0.2),
        ("claude-sonnet-5-5", Tokens(fresh=MILLION, output=MILLION), 12.0),
        ("claude-haiku-5-5", Tokens(fresh=MILLION, output=MILLION), 3.0),
    ],
)
def test_a_million_tokens_cost_what_the_list_says(model: str, tokens: Tokens, usd: float) -> None:
    assert usd_of(model, tokens) == pytest.approx(usd)


def test_an_unknown_model_has_no_price() -> None:
    assert usd_of("tiny-local", Tokens(fresh=1)) is None
