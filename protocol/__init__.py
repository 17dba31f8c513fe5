"""Pure values and rules of a migration: no clock, no socket, no file, no database driver."""
