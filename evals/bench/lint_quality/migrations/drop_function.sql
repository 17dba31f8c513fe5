DROP FUNCTION full_name(users);
