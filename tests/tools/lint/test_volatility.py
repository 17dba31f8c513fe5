import pytest

from tools.lint.volatility import of_expression


@pytest.mark.parametrize(
    ("expression", "volatility"),
    [
        ("'user'", "immutable"),
        ("'{}'::jsonb", "immutable"),
        ("lower('A')", "immutable"),
        ("now() + interval '1 day'", "stable"),
        ("CURRENT_TIMESTAMP", "immutable"),
        ("pg_catalog.random()", "volatile"),
        ("coalesce(nextval('s'), mine())", "volatile"),
        ("uuid_generate_v4()", "volatile"),
        ("mine()", None),
        ("app.random()", None),
        ("not an expression (", None),
    ],
)
def test_the_functions_decide(expression: str, volatility: str | None) -> None:
    assert of_expression(expression) == volatility
