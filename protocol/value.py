"""The base of everything that is passed around: frozen, closed, hashable by content."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen model that refuses unknown fields."""

    # validators are built when first used: no command uses all of them, and a screen paints a fifth sooner
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def fingerprint_of(content: Any) -> str:
    """Return the SHA-256 of a JSON-able value in canonical form, 64 hexadecimal digits."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
