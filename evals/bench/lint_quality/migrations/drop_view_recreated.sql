BEGIN;
DROP VIEW active_users;
CREATE VIEW active_users AS SELECT id, email, name, country FROM users WHERE status = 'active';
COMMIT;
