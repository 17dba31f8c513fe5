"""What tokens cost, from the price list shipped with genai-prices."""

from protocol.value import Value


class Tokens(Value):
    """Tokens of one message. The four counts do not overlap: cached input is not in `fresh`."""

    fresh: int = 0
    cache_write: int = 0
    cache_read: int = 0
    output: int = 0

    @property
    def input(self) -> int:
        return self.fresh + self.cache_write + self.cache_read


def usd_of(model: str, tokens: Tokens) -> float | None:
    """Return the price in US dollars, or None for a model that is not on the list: unknown is not free."""
    from genai_prices import Usage, calc_price  # here: 0.2 s that `--help` need not pay

    try:
        usage = Usage(
            input_tokens=tokens.input,
            cache_write_tokens=tokens.cache_write,
            cache_write_1h_tokens=tokens.cache_write,  # the only cache we ask for lives an hour
            cache_read_tokens=tokens.cache_read,
            output_tokens=tokens.output,
        )
        return float(calc_price(usage, model, provider_id="anthropic").total_price)
    except LookupError:
        return None
