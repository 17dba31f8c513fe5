ALTER TABLE users ALTER COLUMN legacy_id TYPE bigint;
