CREATE DOMAIN slug AS text;
ALTER TABLE products ADD COLUMN url_slug slug;
