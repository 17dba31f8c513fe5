BEGIN;
UPDATE users SET bio = coalesce(bio, '');
ALTER TABLE users ALTER COLUMN bio SET DEFAULT '';
COMMIT;
