ALTER TABLE "order_items" ADD CONSTRAINT "fk_rails_f1a29ddd47" FOREIGN KEY ("product_id") REFERENCES "products" ("id") ON DELETE CASCADE;
