CREATE FUNCTION short_code() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT 'x' || floor(random() * 1000)::text $$;
ALTER TABLE orders ADD COLUMN code text DEFAULT short_code();
