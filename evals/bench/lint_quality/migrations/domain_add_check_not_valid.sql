ALTER TABLE products ADD COLUMN subtitle label;
ALTER DOMAIN label ADD CONSTRAINT label_short CHECK (length(VALUE) < 200) NOT VALID;
