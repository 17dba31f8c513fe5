"""See the class."""

import re
from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import Statement
from tools.lint.context import Context
from tools.lint.rule import Rule

LONGEST = 63
"""Bytes of a name; the server cuts off the rest with a NOTICE."""

MAY_BE = re.compile(r'[\w$]{16}|"[^"]{16}')
"""What every such name holds, for a letter takes four bytes at most."""

TOKEN = re.compile(
    r"""
      ' (?: [^'] | '' )* ' | --[^\n]* | /\*.*?\*/ | (?P<tag> \$ \w* \$ ) .*? (?P=tag)
    | (?P<name> " (?: [^"] | "" )+ " | [^\W\d][\w$]* )
    """,
    re.VERBOSE | re.DOTALL,
)


class IdentifierTooLong(Rule):
    """A name of more than 63 bytes, of which the server keeps the first 63.

    It says so in a NOTICE only. Two long names that differ at their end become one, and a later DROP IF EXISTS of the
    whole name still works, for it is cut in the same way.

    Unsafe:

    ```sql
    CREATE INDEX CONCURRENTLY orders_by_customer_and_warehouse_and_shipping_state_and_placed_at_idx
    ON orders (placed_at);
    ```

    Safe:

    ```sql
    CREATE INDEX CONCURRENTLY orders_placed_at_idx ON orders (placed_at);
    ```
    """

    severity = Severity.ADVICE
    also_known_as = ("NAMING_IDENTIFIER", "MP023")
    recipe = "Choose a name of at most 63 bytes; a letter outside ASCII takes two or more."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:  # noqa: ARG002 - true of any name
        if not MAY_BE.search(statement.text):
            return
        for name in dict.fromkeys(_long(statement.text)):
            yield self.finding(statement, f"`{name}` has more than {LONGEST} bytes, and is cut")


def _long(text: str) -> Iterator[str]:
    for found in TOKEN.finditer(text):
        name = (found["name"] or "").removeprefix('"').removesuffix('"')
        if len(name.encode(errors="surrogatepass")) > LONGEST:
            yield name
