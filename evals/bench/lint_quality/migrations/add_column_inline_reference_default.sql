ALTER TABLE orders ADD COLUMN approved_by bigint DEFAULT 1 REFERENCES users (id);
