ALTER TABLE orders ADD COLUMN refunded positive_amount DEFAULT 0;
