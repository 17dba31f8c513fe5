CREATE FUNCTION current_tenant() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant', true) $$;
ALTER TABLE orders ADD COLUMN tenant text DEFAULT current_tenant();
