ALTER TABLE orders ADD CONSTRAINT orders_plan_fk FOREIGN KEY (product_id) REFERENCES plans (id);
