ALTER TABLE users ADD COLUMN invite_code text DEFAULT substr(md5(random()::text), 1, 8);
