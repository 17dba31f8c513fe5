"""Read the live schema, sizes and traffic."""
