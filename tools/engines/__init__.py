"""One database engine, one file."""
