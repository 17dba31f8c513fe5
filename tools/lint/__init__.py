"""Judge SQL before it runs: statements, what they do, and what speaks against them."""
