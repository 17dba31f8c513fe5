CREATE SEQUENCE users_member_no;
ALTER TABLE users ADD COLUMN member_no bigint NOT NULL DEFAULT nextval('users_member_no');
