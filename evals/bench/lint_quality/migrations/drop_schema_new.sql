CREATE SCHEMA scratchpad;
CREATE TABLE scratchpad.a (id integer);
DROP SCHEMA scratchpad CASCADE;
