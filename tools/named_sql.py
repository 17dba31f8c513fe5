"""Read `.sql` files in which each query stands under `-- name: …`."""

import re
from functools import cache
from importlib import resources


@cache
def queries(package: str, file: str) -> dict[str, str]:
    """Return name -> SQL of a file beside a package's modules."""
    text = resources.files(package).joinpath(file).read_text("utf-8")
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)[1:]
    named = {name: sql.strip() for name, sql in zip(parts[::2], parts[1::2], strict=True)}
    if 2 * len(named) != len(parts):
        raise ValueError(f"two queries of {file} share a name")
    return named
