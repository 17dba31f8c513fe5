"""Which schema a name without one means while `search_path` is set."""

from functools import lru_cache


@lru_cache(maxsize=256)
def first_schema(search_path: str) -> str:
    """Return the schema in which a new table without one is made; that of the session's user is taken to be missing."""
    schemas = (schema.strip().strip('"') for schema in search_path.split(","))
    return next((schema for schema in schemas if schema and schema != "$user"), "public")
