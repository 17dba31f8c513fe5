ALTER TABLE users
    ADD COLUMN consent boolean,
    ALTER COLUMN phone SET NOT NULL,
    ALTER COLUMN status SET DEFAULT 'pending';
