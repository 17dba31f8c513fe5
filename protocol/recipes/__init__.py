"""The safe way to do one thing, as steps: what several kinds of change are made of (lock matrix, rules R1-R17)."""
