ALTER TABLE accounts ADD COLUMN is_active boolean NOT NULL DEFAULT true;
