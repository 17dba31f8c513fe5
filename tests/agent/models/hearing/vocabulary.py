"""Every kind of change that phrases are written for."""

from agent.models.hearing.kinds import phrases

ALL = frozenset({phrase.kind for phrase in phrases()} - {"", "correction"}) | {"add_column", "run_sql"}
