SET lock_timeout = '2s';
CREATE INDEX orders_coupon_idx ON orders (coupon);
