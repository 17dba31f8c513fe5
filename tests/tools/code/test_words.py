import pytest

from tools.code.words import class_names, needles, plural, singular, snake, tails


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("user", "users"),
        ("category", "categories"),
        ("day", "days"),
        ("box", "boxes"),
        ("address", "addresses"),
        ("status", "statuses"),
        ("person", "people"),
        ("order_item", "order_items"),
        ("sales_person", "sales_people"),
        ("news", "news"),
        ("branch", "branches"),
    ],
)
def test_one_and_many(one: str, many: str) -> None:
    assert (plural(one), singular(many), singular(one)) == (many, one, one)


def test_a_table_may_carry_the_name_of_its_app() -> None:
    assert tails("shop_order_items") == ("shop_order_items", "order_items", "items")
    assert {"ShopOrderItem", "OrderItem", "Item"} <= class_names("shop_order_items")


@pytest.mark.parametrize(
    ("name", "word"), [("OrderItem", "order_item"), ("HTTPLog", "http_log"), ("userId", "user_id")]
)
def test_a_class_in_snake_case(name: str, word: str) -> None:
    assert snake(name) == word


def test_only_words_that_hold_no_other_are_searched_for() -> None:
    assert needles(["Users", "user", "OrderItem"]) == (b"user", b"orderitem")
