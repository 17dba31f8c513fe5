ALTER TABLE users ADD COLUMN display_name text;
COMMENT ON COLUMN users.display_name IS 'Replaces name; written by both from release 41 on';
CREATE INDEX CONCURRENTLY users_display_name_idx ON users (display_name);
