ALTER TABLE users ALTER COLUMN settings DROP DEFAULT, ALTER COLUMN settings TYPE json USING settings::json;
