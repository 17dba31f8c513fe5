CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  changed_at timestamptz
);

CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql
AS 'BEGIN NEW.changed_at := ''2024-01-01 00:00+00''; RETURN NEW; END';
CREATE TRIGGER customers_changed BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION note_change();

INSERT INTO customers (name) SELECT 'Customer ' || n FROM generate_series(1, 500) AS n;
UPDATE customers SET name = name || ' (old)' WHERE id % 10 = 0;

ANALYZE;
