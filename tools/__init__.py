"""What knows databases: reading, linting, backup, execution, verification."""
