BEGIN;
SELECT count(*) FROM orders WHERE total IS NULL;
ALTER TABLE orders ADD COLUMN checked boolean;
COMMIT;
