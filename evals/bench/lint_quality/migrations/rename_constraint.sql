ALTER TABLE products RENAME CONSTRAINT products_price_positive TO products_price_check;
