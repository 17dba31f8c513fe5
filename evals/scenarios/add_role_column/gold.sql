ALTER TABLE users ADD COLUMN role varchar(50) NOT NULL DEFAULT 'user';
