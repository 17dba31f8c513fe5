CREATE DOMAIN percentage AS smallint CHECK (VALUE BETWEEN 0 AND 100);
ALTER TABLE products ADD COLUMN discount percentage;
