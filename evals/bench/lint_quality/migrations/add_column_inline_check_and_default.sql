ALTER TABLE products ADD COLUMN rating smallint DEFAULT 0 CHECK (rating BETWEEN 0 AND 5);
