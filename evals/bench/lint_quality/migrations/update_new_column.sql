ALTER TABLE users ADD COLUMN handle text;
UPDATE users SET handle = nickname;
