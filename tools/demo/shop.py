"""The demo's schema; each column stands beside the expression that fills it."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ENUM, JSONB
from sqlalchemy.schema import CreateView

from tools.demo import filling as fill
from tools.demo.filling import n, pick, spread, text

FILL = "fill"
"""Key of `Column.info` under which the filling expression is kept."""

metadata = MetaData(
    naming_convention={  # PostgreSQL's own
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_name)s_idx",
    }
)

ORDER_STATUSES = ("pending", "paid", "shipped", "delivered", "cancelled")
order_status = ENUM(*ORDER_STATUSES, name="order_status", create_type=False)


def filled(name: str, type_: Any, expression: Any, *arguments: Any, nullable: bool = False) -> Column[Any]:
    return Column(name, type_, *arguments, nullable=nullable, info={FILL: expression})


def numbered(type_: Any = BigInteger) -> Column[Any]:
    return Column("id", type_, Identity(), primary_key=True, info={FILL: n})


Time = DateTime(timezone=True)
Money = Numeric(10, 2)

first_name, last_name = pick(1, fill.FIRST_NAMES), pick(2, fill.LAST_NAMES)
seen = fill.moment(fill.USERS, row=n + spread(23, fill.USERS - n + 1))

users = Table(
    "users",
    metadata,
    numbered(),
    filled("email", Text, text(func.lower(text(first_name, ".", last_name)), n, "@", pick(3, fill.MAIL))),
    filled("name", Text, text(first_name, " ", last_name)),
    filled("phone", Text, text("+", spread(4, 90) + 10, " ", fill.padded(spread(5, 10**9), 9)), nullable=True),
    filled("street", Text, text(pick(6, fill.STREETS), " ", spread(7, 240) + 1)),
    filled("city", Text, pick(8, fill.CITIES)),
    filled("country", Text, pick(8, fill.COUNTRIES)),
    filled("newsletter", Boolean, spread(9, 3) == 0),
    filled("created_at", Time, fill.moment(fill.USERS)),
    filled("last_seen_at", Time, case((spread(10, 20) > 0, seen), else_=None), nullable=True),
)

products = Table(
    "products",
    metadata,
    numbered(),
    filled("sku", Text, text("WB-", fill.padded(n, 6))),
    filled("name", Text, text(pick(11, fill.MATERIALS), " ", pick(12, fill.GOODS))),
    filled("price", Money, fill.price(n)),
    filled("stock", Integer, spread(13, 500)),
    filled("created_at", Time, fill.moment(fill.PRODUCTS)),
)

orders = Table(
    "orders",
    metadata,
    numbered(),
    filled("user_id", BigInteger, fill.earlier_user(15, fill.ORDERS), ForeignKey("users.id")),
    filled("status", order_status, cast(pick(16, (*ORDER_STATUSES, "delivered", "delivered")), order_status)),
    filled("total", Money, fill.order_total()),
    filled("placed_at", Time, fill.moment(fill.ORDERS)),
)

order_items = Table(
    "order_items",
    metadata,
    numbered(),
    filled("order_id", BigInteger, (n + 1) // 2, ForeignKey("orders.id")),
    filled("product_id", BigInteger, spread(17, fill.PRODUCTS) + 1, ForeignKey("products.id")),
    filled("quantity", SmallInteger, fill.quantity(n)),
    filled("unit_price", Money, fill.price(n)),
)

events = Table(
    "events",
    metadata,
    numbered(Integer),  # as in so many shops: it will run out at 2,147,483,647
    filled("user_id", BigInteger, fill.earlier_user(18, fill.EVENTS), ForeignKey("users.id")),
    filled("kind", Text, pick(19, fill.EVENT_KINDS)),
    filled(
        "payload", JSONB, func.jsonb_build_object("path", text("/p/", spread(20, fill.PRODUCTS) + 1), "ms", n % 900)
    ),
    filled("occurred_at", Time, fill.moment(fill.EVENTS)),
)

Index("users_email_key", users.c.email, unique=True)
Index("products_sku_key", products.c.sku, unique=True)
for indexed in (
    users.c.country,
    users.c.created_at,
    orders.c.user_id,
    orders.c.placed_at,
    order_items.c.order_id,
    order_items.c.product_id,
    events.c.user_id,
    events.c.occurred_at,
):
    Index(None, indexed)

customer_orders = CreateView(
    select(
        users.c.id.label("user_id"),
        users.c.email,
        users.c.country,
        func.count(orders.c.id).label("orders"),
        func.sum(orders.c.total).label("revenue"),
    )
    .join(orders, orders.c.user_id == users.c.id)
    .group_by(users.c.id, users.c.email, users.c.country),
    "customer_orders",
)
