-- migrate:up
ALTER TABLE orders ADD CONSTRAINT orders_currency_upper CHECK (currency = upper(currency)) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_currency_upper;

-- migrate:down
ALTER TABLE orders DROP CONSTRAINT orders_currency_upper;
