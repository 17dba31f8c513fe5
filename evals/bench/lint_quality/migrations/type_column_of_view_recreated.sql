BEGIN;
DROP VIEW active_users;
ALTER TABLE users ALTER COLUMN name TYPE text;
CREATE VIEW active_users AS SELECT id, email, name FROM users WHERE status = 'active';
COMMIT;
