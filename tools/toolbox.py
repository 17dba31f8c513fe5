"""Every tool there is: importing this module registers them all."""

from tools import discover, planning, steps, verification
from tools.registry import call, legal_in

__all__ = ["call", "discover", "legal_in", "planning", "steps", "verification"]
