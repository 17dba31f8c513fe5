"""Recorded conversations, replayed and graded."""
