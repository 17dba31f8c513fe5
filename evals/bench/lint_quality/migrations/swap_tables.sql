BEGIN;
CREATE TABLE plans_new (id integer PRIMARY KEY, name text NOT NULL, price numeric(10, 2), currency char(3));
INSERT INTO plans_new SELECT id, name, price, 'EUR' FROM plans;
ALTER TABLE plans RENAME TO plans_old;
ALTER TABLE plans_new RENAME TO plans;
COMMIT;
