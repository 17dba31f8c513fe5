CREATE SEQUENCE coupon_numbers AS bigint START 1000 OWNED BY orders.coupon;
ALTER TABLE orders ALTER COLUMN coupon SET DEFAULT 'C' || nextval('coupon_numbers');
