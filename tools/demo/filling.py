"""What the shop's columns are filled with: expressions of the row's number `n`, and never of chance.

So two loads of one size are equal, and a failed verification is the migration's fault.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, ColumnElement, DateTime, Numeric, Subquery, Text, cast, func, literal, select
from sqlalchemy import column as named
from sqlalchemy import literal_column as expression
from sqlalchemy.dialects.postgresql import array

PRODUCTS = 2_000
OPENED = int(datetime(2022, 1, 1, tzinfo=UTC).timestamp())
OPEN_S = 3 * 365 * 86_400
"""How long the shop has been open, in seconds; rows are spread evenly over this time."""

Number = ColumnElement[int]
Money = ColumnElement[Decimal]

n: Number = named("n", BigInteger)
"""The number of the row being filled, from 1."""
USERS: Number = expression("sizes.users", BigInteger)
ORDERS: Number = expression("sizes.orders", BigInteger)
EVENTS: Number = expression("sizes.events", BigInteger)


def words(line: str) -> tuple[str, ...]:
    return tuple(line.split())


FIRST_NAMES = words(
    "Ada Amara Bram Chen Clara Dmitri Elif Emma Farid Greta Hana Ines Jonas Kofi Lena Liam Marta Mei Nadia Noah Olga"
    " Pedro Priya Rosa Samir Sofia Tomas Uma Viktor Wanda Yusuf Zainab"
)
LAST_NAMES = words(
    "Adeyemi Bakker Costa Dubois Eriksen Fischer Garcia Haddad Ivanova Jansen Kowalski Lindgren Meyer Nakamura Okafor"
    " Patel Quinn Rossi Schneider Tanaka Ueda Vargas Weber Xu Yilmaz Zhang"
)
STREETS = ("Mill Road", "Station Street", "Harbour Lane", "Rue du Moulin", "Lindenallee", "Via Garibaldi")
CITIES = ("Berlin", "Hamburg", "Bogotá", "Gdańsk", "Lagos", "Lyon", "Malmö", "Osaka", "Chicago", "Austin", "Zürich")
COUNTRIES = ("DE", "DE", "CO", "PL", "NG", "FR", "SE", "JP", "US", "US", "CH")
MAIL = ("example.com", "mail.example.net", "post.example.org")
GOODS = ("Kettle", "Lamp", "Backpack", "Notebook", "Headphones", "Bicycle Bell", "Teapot", "Blanket")
MATERIALS = ("Oak", "Steel", "Linen", "Glass", "Copper", "Wool")
EVENT_KINDS = ("page_view", "page_view", "page_view", "search", "add_to_cart", "checkout", "sign_in")


def sizes(users: int) -> dict[str, int]:
    """Return table -> rows, in the order of loading."""
    orders = users // 5
    return {
        "users": users,
        "products": PRODUCTS,
        "orders": orders,
        "order_items": orders * 2,
        "events": users // 5,
    }


def as_table(rows: dict[str, int]) -> Subquery:
    """Return one row in which `sizes.users` and the others can be read."""
    return select(*(literal(count, BigInteger).label(table) for table, count in rows.items())).subquery("sizes")


def spread(seed: int, below: Number | int, of: Number = n) -> Number:
    """Return a number from 0 to `below` - 1; another seed gives an independent one."""
    return func.abs(func.hashint8extended(of, seed) % below)


def pick(seed: int, choices: Sequence[str]) -> ColumnElement[str]:
    """Return one of them; equal seeds and lengths pick equal places. A repeated one is likelier."""
    return array(choices)[spread(seed, len(choices)) + 1]


def text(*parts: ColumnElement[str] | Number | str) -> ColumnElement[str]:
    return func.concat(*parts, type_=Text)


def padded(number: Number, digits: int) -> ColumnElement[str]:
    return func.lpad(cast(number, Text), digits, "0", type_=Text)


def moment(rows: Number | int, row: Number = n) -> ColumnElement[datetime]:
    """Return when a row of so many was written: steadily from the opening on."""
    return func.to_timestamp(OPENED + row * OPEN_S // rows, type_=DateTime(timezone=True))


def earlier_user(seed: int, rows: Number) -> Number:
    """Return a user who existed when row `n` of so many was written."""
    return spread(seed, func.greatest(n * USERS // rows, 1)) + 1


def quantity(item: Number) -> Number:
    return spread(21, 4, of=item) + 1


def price(item: Number) -> Money:
    """Return the unit price an order item was sold for."""
    return cast(spread(22, 20_000, of=item) + 99, Numeric(10, 2)) / 100


def order_total() -> Money:
    """Return the sum of the order's two items, numbers 2n - 1 and 2n."""
    first, second = n * 2 - 1, n * 2
    return price(first) * quantity(first) + price(second) * quantity(second)
