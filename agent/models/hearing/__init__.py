"""Guided understanding of a request, without a model: ordinary sentences and SQL become changes, or a question back."""

from agent.models.hearing.hear import LONGEST, hear
from agent.models.hearing.heard import HeardChange, Hearing

__all__ = ["LONGEST", "HeardChange", "Hearing", "hear"]
