SET timezone = 'Europe/Paris';
ALTER TABLE users ALTER COLUMN last_seen TYPE timestamptz;
