CREATE TABLE users_history (LIKE users);
ALTER TABLE users_history ADD COLUMN valid_until timestamptz NOT NULL DEFAULT clock_timestamp();
