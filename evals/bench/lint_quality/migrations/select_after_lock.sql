BEGIN;
ALTER TABLE orders ADD COLUMN checked boolean;
SELECT count(*) FROM orders WHERE total IS NULL;
COMMIT;
