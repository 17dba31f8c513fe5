CREATE TABLE order_archive (LIKE orders INCLUDING ALL);
INSERT INTO order_archive SELECT * FROM orders;
