"""The commands, one file a subject; loaded when they are called for."""
