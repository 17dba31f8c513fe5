BEGIN;
ALTER TABLE "orders" ADD COLUMN "courier_id" bigint NULL CONSTRAINT "orders_courier_id_fk" REFERENCES "users"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "orders_courier_id_fk" IMMEDIATE;
CREATE INDEX "orders_courier_id_7a0c" ON "orders" ("courier_id");
COMMIT;
