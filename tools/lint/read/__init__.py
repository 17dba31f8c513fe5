"""Read one kind of PostgreSQL's own trees each: what a statement of it does, as actions."""
