CREATE TEMP TABLE moved AS SELECT id FROM plans WHERE price > 5;
UPDATE plans SET name = name || ' (old)' WHERE id IN (SELECT id FROM moved);
DROP TABLE moved;
