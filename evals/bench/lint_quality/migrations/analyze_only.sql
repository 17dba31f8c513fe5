ANALYZE users (email, country);
