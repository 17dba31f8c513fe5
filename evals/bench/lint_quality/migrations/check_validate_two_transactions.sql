BEGIN;
ALTER TABLE orders ADD CONSTRAINT orders_currency_upper CHECK (currency = upper(currency)) NOT VALID;
COMMIT;
BEGIN;
ALTER TABLE orders VALIDATE CONSTRAINT orders_currency_upper;
COMMIT;
