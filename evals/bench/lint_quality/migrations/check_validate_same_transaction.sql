BEGIN;
SET LOCAL lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT orders_currency_upper CHECK (currency = upper(currency)) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_currency_upper;
COMMIT;
