-- server: 18
ALTER TABLE order_items ADD COLUMN line_total numeric(12, 2) GENERATED ALWAYS AS (price * quantity);
