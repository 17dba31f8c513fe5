ALTER TABLE users ADD COLUMN preferences jsonb DEFAULT '{}'::jsonb NOT NULL;
