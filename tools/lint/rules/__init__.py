"""One rule, one file; a file in this folder is a rule."""
