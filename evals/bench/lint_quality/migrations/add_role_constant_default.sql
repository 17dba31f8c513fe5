-- A new column that is the same for everybody.
ALTER TABLE users ADD COLUMN tier text NOT NULL DEFAULT 'basic';
