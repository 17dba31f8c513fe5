ALTER FUNCTION full_name(users) RENAME TO display_name;
