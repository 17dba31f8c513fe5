BEGIN;
DROP INDEX users_nickname_idx;
CREATE INDEX users_nickname_idx ON users (lower(nickname));
COMMIT;
