"""A realistic shop to try migrations on."""
