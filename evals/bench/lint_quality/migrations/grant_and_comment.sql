GRANT SELECT ON users TO PUBLIC;
COMMENT ON COLUMN users.email IS 'Login; unique in lower case';
REVOKE ALL ON plans FROM PUBLIC;
