ALTER TABLE users ALTER COLUMN nickname TYPE varchar(50) COLLATE "C";
