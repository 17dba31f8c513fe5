"""Read an application's code, and find where it uses a table; nothing of it is ever executed."""
