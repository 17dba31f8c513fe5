BEGIN;
DROP INDEX orders_user_id_idx;
INSERT INTO plans SELECT id + 1000, 'copy of ' || name, price FROM plans;
SELECT count(*) FROM orders;
COMMIT;
