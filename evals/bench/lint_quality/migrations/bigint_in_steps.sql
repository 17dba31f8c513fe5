ALTER TABLE orders ADD COLUMN product_big bigint;
CREATE FUNCTION orders_product_big() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.product_big := NEW.product_id; RETURN NEW; END $$;
CREATE TRIGGER orders_product_big BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_product_big();
UPDATE orders SET product_big = product_id WHERE id > 0 AND id <= 2000 AND product_big IS NULL;
CREATE INDEX CONCURRENTLY orders_product_big_idx ON orders (product_big);
