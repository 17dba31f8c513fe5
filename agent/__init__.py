"""The conversation, its models, its journal, and the commands."""
