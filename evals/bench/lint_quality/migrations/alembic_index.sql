BEGIN;

CREATE INDEX ix_orders_placed_at ON orders (placed_at);

COMMIT;
