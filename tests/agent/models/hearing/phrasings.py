"""How people say each kind of change, and what has to be heard: `kind | question=answer | …`, one string a change."""

UNDERSTOOD: dict[str, tuple[str, ...]] = {
    # drop_column
    "drop column legacy from users": ("drop_column | table=users | column=legacy",),
    "drop the legacy column from users": ("drop_column | table=users | column=legacy",),
    "remove legacy_flag from users": ("drop_column | table=users | column=legacy_flag",),
    "delete the field nickname in the customers table": ("drop_column | table=customers | column=nickname",),
    "get rid of users.legacy": ("drop_column | table=users | column=legacy",),
    "Please remove the column comment from posts.": ("drop_column | table=posts | column=comment",),
    'drop "Full Name" from "Order Items"': ("drop_column | table=Order Items | column=Full Name",),
    "drop app.users.legacy": ("drop_column | table=app.users | column=legacy",),
    "drop columns a, b and c from users": (
        "drop_column | table=users | column=a",
        "drop_column | table=users | column=b",
        "drop_column | table=users | column=c",
    ),
    "in users, drop the column legacy": ("drop_column | table=users | column=legacy",),
    "we no longer need the column legacy in users": ("drop_column | table=users | column=legacy",),
    "users.legacy can go": ("drop_column | table=users | column=legacy",),
    "drop `userId` from `orders`": ("drop_column | table=orders | column=userId",),
    "drop the column legacy": ("drop_column | column=legacy",),
    "DROP COLUMN LEGACY FROM USERS": ("drop_column | table=users | column=legacy",),
    # rename_column
    "rename users.email to email_address": ("rename_column | table=users | column=email | new_name=email_address",),
    "rename email to email_address in users": ("rename_column | table=users | column=email | new_name=email_address",),
    "rename the column email in users to mail": ("rename_column | table=users | column=email | new_name=mail",),
    "rename column email of the users table to mail": ("rename_column | table=users | column=email | new_name=mail",),
    "rename the email column to mail": ("rename_column | column=email | new_name=mail",),
    'rename orders.userId to "customerId"': ("rename_column | table=orders | column=userId | new_name=customerId",),
    "change the name of users.email to mail": ("rename_column | table=users | column=email | new_name=mail",),
    "users.email should be called mail": ("rename_column | table=users | column=email | new_name=mail",),
    "call users.email mail": ("rename_column | table=users | column=email | new_name=mail",),
    "In users, rename email to mail": ("rename_column | table=users | column=email | new_name=mail",),
    # rename_table
    "rename table a to b": ("rename_table | table=a | new_name=b",),
    "rename the users table to people": ("rename_table | table=users | new_name=people",),
    "rename the table app.users to people": ("rename_table | table=app.users | new_name=people",),
    "the table orders should be called purchases": ("rename_table | table=orders | new_name=purchases",),
    "change the name of the table orders to purchases": ("rename_table | table=orders | new_name=purchases",),
    'rename table "Order Items" to order_items': ("rename_table | table=Order Items | new_name=order_items",),
    # change_type
    "make orders.total numeric(12,2)": ("change_type | table=orders | column=total | type=numeric(12,2)",),
    "change the type of orders.total to numeric(12, 2)": (
        "change_type | table=orders | column=total | type=numeric(12, 2)",
    ),
    "change the type of total in orders to bigint": ("change_type | table=orders | column=total | type=bigint",),
    "widen users.name to varchar(200)": ("change_type | table=users | column=name | type=varchar(200)",),
    "make users.id bigint": ("change_type | table=users | column=id | type=bigint",),
    "make users.id a bigint": ("change_type | table=users | column=id | type=bigint",),
    "change users.role to text": ("change_type | table=users | column=role | type=text",),
    "convert events.payload to jsonb using payload::jsonb": (
        "change_type | table=events | column=payload | type=jsonb | using=payload::jsonb",
    ),
    "convert the column created in events to timestamptz": (
        "change_type | table=events | column=created | type=timestamptz",
    ),
    "alter the column age of people from integer to bigint": ("change_type | table=people | column=age | type=bigint",),
    "change users.status to type order_status": ("change_type | table=users | column=status | type=order_status",),
    "users.id should be a bigint": ("change_type | table=users | column=id | type=bigint",),
    "change users.bio to string": ("change_type | table=users | column=bio | type=text",),
    "turn events.at into a datetime": ("change_type | table=events | column=at | type=timestamptz",),
    "make settings.data json": ("change_type | table=settings | column=data | type=jsonb",),
    "store users.tags as text[]": ("change_type | table=users | column=tags | type=text[]",),
    "make users.active a boolean using active = 1": (
        "change_type | table=users | column=active | type=boolean | using=active = 1",
    ),
    "switch orders.total to double precision": ("change_type | table=orders | column=total | type=double precision",),
    # set_not_null
    "make users.email required": ("set_not_null | table=users | column=email",),
    "make email mandatory in users": ("set_not_null | table=users | column=email",),
    "make the email column of users not null, use '' where empty": (
        "set_not_null | table=users | column=email | fill=''",
    ),
    "set users.email not null and fill the old rows with 'unknown'": (
        "set_not_null | table=users | column=email | fill='unknown'",
    ),
    "users.email must not be null": ("set_not_null | table=users | column=email",),
    "users.email can't be null": ("set_not_null | table=users | column=email",),
    "forbid NULL in users.email": ("set_not_null | table=users | column=email",),
    "don't allow nulls in users.email": ("set_not_null | table=users | column=email",),
    "add a not null constraint to users.email": ("set_not_null | table=users | column=email",),
    "email must be required in users": ("set_not_null | table=users | column=email",),
    "make orders.total not null, replacing nulls with 0": ("set_not_null | table=orders | column=total | fill=0",),
    # drop_not_null
    "allow NULL in users.email": ("drop_not_null | table=users | column=email",),
    "allow nulls in the email column of users": ("drop_not_null | table=users | column=email",),
    "make users.email nullable": ("drop_not_null | table=users | column=email",),
    "make email optional in users": ("drop_not_null | table=users | column=email",),
    "remove the not null constraint from users.email": ("drop_not_null | table=users | column=email",),
    "users.email may be null": ("drop_not_null | table=users | column=email",),
    # set_default
    "the default of users.created_at should be now()": (
        "set_default | table=users | column=created_at | default=now()",
    ),
    "set the default of users.role to 'user'": ("set_default | table=users | column=role | default='user'",),
    "set the default of role in users to user_role": ("set_default | table=users | column=role | default='user_role'",),
    "users.active should default to true": ("set_default | table=users | column=active | default=true",),
    "orders.total defaults to 0": ("set_default | table=orders | column=total | default=0",),
    "give users.role a default of 'user'": ("set_default | table=users | column=role | default='user'",),
    "change the default value for orders.status to 'new'": (
        "set_default | table=orders | column=status | default='new'",
    ),
    "use gen_random_uuid() as the default for users.token": (
        "set_default | table=users | column=token | default=gen_random_uuid()",
    ),
    "add a default of 0 to orders.total": ("set_default | table=orders | column=total | default=0",),
    # drop_default
    "drop the default of users.role": ("drop_default | table=users | column=role",),
    "remove the default value from the role column in users": ("drop_default | table=users | column=role",),
    "users.role should have no default": ("drop_default | table=users | column=role",),
    "users.role doesn't need a default any more": ("drop_default | table=users | column=role",),
    # add_index
    "index users by lower(email)": ("add_index | table=users | keys=lower(email)",),
    "index users.email": ("add_index | table=users | keys=email",),
    "add an index on users(email)": ("add_index | table=users | keys=email",),
    "add an index on users (lower(email), created_at desc)": (
        "add_index | table=users | keys=lower(email), created_at desc",
    ),
    "create a unique index on users (email)": ("add_index | table=users | keys=email | unique=yes",),
    "add an index on email in users": ("add_index | table=users | keys=email",),
    "add an index called users_mail on users (email)": (
        "add_index | table=users | keys=email | index_name=users_mail",
    ),
    "create a partial index on orders (created_at) where status = 'open'": (
        "add_index | table=orders | keys=created_at | where=status = 'open'",
    ),
    "we need a gin index on posts (tags)": ("add_index | table=posts | keys=tags | method=gin",),
    "add an index to posts on tags using gin": ("add_index | table=posts | keys=tags | method=gin",),
    "index orders by user_id and created_at": ("add_index | table=orders | keys=user_id, created_at",),
    "add an index on orders (user_id) including (total, status)": (
        "add_index | table=orders | keys=user_id | include=total, status",
    ),
    "orders needs an index on user_id": ("add_index | table=orders | keys=user_id",),
    "build an index on events using brin (created_at)": ("add_index | table=events | keys=created_at | method=brin",),
    "add a unique index on users by email where deleted_at is null": (
        "add_index | table=users | keys=email | unique=yes | where=deleted_at is null",
    ),
    # drop_index
    "drop the index users_email_idx": ("drop_index | index=users_email_idx",),
    "remove index app.users_email_idx": ("drop_index | index=app.users_email_idx",),
    "get rid of the users_email_idx index": ("drop_index | index=users_email_idx",),
    "drop the unused index users_email_idx on users": ("drop_index | index=users_email_idx",),
    # add_unique
    "email must be unique in users": ("add_unique | table=users | columns=email",),
    "users.email must be unique": ("add_unique | table=users | columns=email",),
    "make users.email unique": ("add_unique | table=users | columns=email",),
    "add a unique constraint on users (email)": ("add_unique | table=users | columns=email",),
    "add a unique constraint on orders (customer, number)": ("add_unique | table=orders | columns=customer, number",),
    "make customer and number unique together in orders": ("add_unique | table=orders | columns=customer, number",),
    "no two users may have the same email": ("add_unique | table=users | columns=email",),
    "add a unique constraint called users_mail on email in users": (
        "add_unique | table=users | columns=email | constraint_name=users_mail",
    ),
    # add_primary_key
    "add a primary key on tags (id)": ("add_primary_key | table=tags | columns=id",),
    "add a primary key to order_items on order_id and line": (
        "add_primary_key | table=order_items | columns=order_id, line",
    ),
    "make tags.id the primary key": ("add_primary_key | table=tags | columns=id",),
    "make id the primary key of tags": ("add_primary_key | table=tags | columns=id",),
    "use id as the primary key of tags": ("add_primary_key | table=tags | columns=id",),
    # add_check
    "add a check (age > 0) to people": ("add_check | table=people | condition=age > 0",),
    "add a check on people that age > 0": ("add_check | table=people | condition=age > 0",),
    "people.age must be positive": ("add_check | table=people | condition=age > 0",),
    "age must be positive in people": ("add_check | table=people | condition=age > 0",),
    "orders.total must not be negative": ("add_check | table=orders | condition=total >= 0",),
    "people.age must be between 0 and 150": ("add_check | table=people | condition=age BETWEEN 0 AND 150",),
    "people.age must be at least 18": ("add_check | table=people | condition=age >= 18",),
    "orders.status must be one of 'new', 'paid' or 'sent'": (
        "add_check | table=orders | condition=status IN ('new', 'paid', 'sent')",
    ),
    "ensure that total >= 0 in orders": ("add_check | table=orders | condition=total >= 0",),
    "add a check constraint called sane on events (ends > starts)": (
        "add_check | table=events | condition=ends > starts | constraint_name=sane",
    ),
    # add_foreign_key
    "add a foreign key from orders.user_id to users(id)": (
        "add_foreign_key | table=orders | columns=user_id | ref_table=users | ref_columns=id",
    ),
    "add a foreign key from orders.user_id to users(id) on delete cascade": (
        "add_foreign_key | table=orders | columns=user_id | ref_table=users | ref_columns=id | on_delete=cascade",
    ),
    "orders.user_id references users": ("add_foreign_key | table=orders | columns=user_id | ref_table=users",),
    "orders.user_id should reference users.id": (
        "add_foreign_key | table=orders | columns=user_id | ref_table=users | ref_columns=id",
    ),
    "add a foreign key on orders (user_id) referencing users (id) on delete set null": (
        "add_foreign_key | table=orders | columns=user_id | ref_table=users | ref_columns=id | on_delete=set null",
    ),
    "add a foreign key to orders on user_id referencing app.users(id)": (
        "add_foreign_key | table=orders | columns=user_id | ref_table=app.users | ref_columns=id",
    ),
    "link orders.user_id to users": ("add_foreign_key | table=orders | columns=user_id | ref_table=users",),
    "user_id in orders must point to users": ("add_foreign_key | table=orders | columns=user_id | ref_table=users",),
    # add_exclusion
    "add an exclusion constraint on bookings (room WITH =, during WITH &&)": (
        "add_exclusion | table=bookings | elements=room WITH =, during WITH &&",
    ),
    "add an exclusion constraint to bookings using gist (room with =, during with &&)": (
        "add_exclusion | table=bookings | elements=room with =, during with && | method=gist",
    ),
    "no two bookings may overlap: room with =, during with &&": (
        "add_exclusion | table=bookings | elements=room with =, during with &&",
    ),
    # drop_constraint
    "drop constraint users_email_key on users": ("drop_constraint | table=users | constraint=users_email_key",),
    "remove the constraint users_email_key from users": ("drop_constraint | table=users | constraint=users_email_key",),
    "drop the foreign key orders_user_fk from orders": ("drop_constraint | table=orders | constraint=orders_user_fk",),
    "drop the check constraint sane from events": ("drop_constraint | table=events | constraint=sane",),
    "drop the primary key of tags": ("drop_constraint | table=tags",),
    # move_schema
    "move table users to schema app": ("move_schema | table=users | schema=app",),
    "move the users table into the archive schema": ("move_schema | table=users | schema=archive",),
    "put orders in schema sales": ("move_schema | table=orders | schema=sales",),
    "change the schema of orders to sales": ("move_schema | table=orders | schema=sales",),
    # create_table
    "create a table tags with id bigint primary key, name text not null": (
        "create_table | table_name=tags | definition=id bigint primary key, name text not null",
    ),
    "create table tags (id bigint primary key, name text not null)": (
        "create_table | table_name=tags | definition=id bigint primary key, name text not null",
    ),
    "create a new table called app.tags with columns id bigint primary key and name text": (
        "create_table | table_name=app.tags | definition=id bigint primary key, name text",
    ),
    "we need a table tags": ("create_table | table_name=tags",),
    # drop_table
    "drop table old_orders": ("drop_table | table=old_orders",),
    "delete the table old_orders": ("drop_table | table=old_orders",),
    "remove the old_orders table": ("drop_table | table=old_orders",),
    "drop tables a and b": ("drop_table | table=a", "drop_table | table=b"),
    'drop the table app."Old Orders"': ("drop_table | table=app.Old Orders",),
    # add_enum_value
    "add value 'archived' to the status enum after 'closed'": (
        "add_enum_value | enum=status | value=archived | place=after closed",
    ),
    "add 'archived' to the enum order_status": ("add_enum_value | enum=order_status | value=archived",),
    "add the value archived to enum app.order_status before open": (
        "add_enum_value | enum=app.order_status | value=archived | place=before open",
    ),
    "extend the order_status enum with 'archived'": ("add_enum_value | enum=order_status | value=archived",),
    "the status enum needs a new value 'on hold'": ("add_enum_value | enum=status | value=on hold",),
    "add the label 'x' to type mood at the end": ("add_enum_value | enum=mood | value=x | place=last",),
    # rename_enum_value
    "rename the enum value 'closed' to 'done' in status": (
        "rename_enum_value | enum=status | value=closed | new_value=done",
    ),
    "rename value closed to done in the order_status enum": (
        "rename_enum_value | enum=order_status | value=closed | new_value=done",
    ),
    "in the enum status rename 'closed' to 'done'": (
        "rename_enum_value | enum=status | value=closed | new_value=done",
    ),
    # partitions
    "add a partition orders_2026_01 to orders for values from ('2026-01-01') to ('2026-02-01')": (
        "create_partition | table=orders | partition=orders_2026_01 | bounds=FROM ('2026-01-01') TO ('2026-02-01')",
    ),
    "create a partition orders_2026_01 of orders from 2026-01-01 to 2026-02-01": (
        "create_partition | table=orders | partition=orders_2026_01 | bounds=FROM ('2026-01-01') TO ('2026-02-01')",
    ),
    "add a default partition orders_rest to orders": (
        "create_partition | table=orders | partition=orders_rest | bounds=DEFAULT",
    ),
    "create a partition eu of customers for values in ('de', 'fr')": (
        "create_partition | table=customers | partition=eu | bounds=IN ('de', 'fr')",
    ),
    "add partition p0 to events with (modulus 4, remainder 0)": (
        "create_partition | table=events | partition=p0 | bounds=with (modulus 4, remainder 0)",
    ),
    "attach orders_2025 to orders for values from ('2025-01-01') to ('2026-01-01')": (
        "attach_partition | table=orders | partition=orders_2025 | bounds=FROM ('2025-01-01') TO ('2026-01-01')",
    ),
    "attach the table orders_2025 as a partition of orders": (
        "attach_partition | table=orders | partition=orders_2025",
    ),
    "make the table orders_2025 a partition of orders from 2025-01-01 to 2026-01-01": (
        "attach_partition | table=orders | partition=orders_2025 | bounds=FROM ('2025-01-01') TO ('2026-01-01')",
    ),
    "detach partition orders_2020 from orders": ("detach_partition | table=orders | partition=orders_2020",),
    "detach orders_2020 from orders": ("detach_partition | table=orders | partition=orders_2020",),
    "take the partition orders_2020 out of orders": ("detach_partition | table=orders | partition=orders_2020",),
    # add_comment
    "comment on users.email: 'where we write to'": (
        "add_comment | table=users | column=email | comment=where we write to",
    ),
    "add a comment 'people who sign in' to users": ("add_comment | table=users | comment=people who sign in",),
    "comment on the table users: people who sign in": ("add_comment | table=users | comment=people who sign in",),
    'set the comment of the email column in users to "it\'s public"': (
        "add_comment | table=users | column=email | comment=it's public",
    ),
    "describe users.email as 'public'": ("add_comment | table=users | column=email | comment=public",),
    "remove the comment from users.email": ("add_comment | table=users | column=email | comment=none",),
    # set_values
    "set status to 'x' in orders where id > 5": (
        "set_values | table=orders | assignments=status = 'x' | where=id > 5",
    ),
    "set orders.status to 'closed' where closed_at is not null": (
        "set_values | table=orders | assignments=status = 'closed' | where=closed_at is not null",
    ),
    "update all users: set email = lower(email)": ("set_values | table=users | assignments=email = lower(email)",),
    "update users set role to admin and active to true where id = 1": (
        "set_values | table=users | assignments=role = 'admin', active = true | where=id = 1",
    ),
    "fill users.full_name with first || ' ' || last": (
        "set_values | table=users | assignments=full_name = first || ' ' || last",
    ),
    "replace nulls in users.role with 'user'": (
        "set_values | table=users | assignments=role = 'user' | where=role IS NULL",
    ),
    "lowercase users.email": ("set_values | table=users | assignments=email = lower(email)",),
    "set status to 'x' where id > 5": ("set_values | assignments=status = 'x' | where=id > 5",),
    "clear users.legacy": ("set_values | table=users | assignments=legacy = NULL",),
    # split_column
    "split users.name into first_name = split_part(name, ' ', 1), last_name = split_part(name, ' ', 2)": (
        "split_column | table=users | column=name | "
        "into=first_name = split_part(name, ' ', 1), last_name = split_part(name, ' ', 2)",
    ),
    "split name into first_name and last_name in users": ("split_column | table=users | column=name",),
    "split users.name into first_name and last_name at the space": (
        "split_column | table=users | column=name | "
        "into=first_name = split_part(name, ' ', 1), last_name = split_part(name, ' ', 2)",
    ),
    "split users.code into a and b by '-'": (
        "split_column | table=users | column=code | into=a = split_part(code, '-', 1), b = split_part(code, '-', 2)",
    ),
    # merge_columns
    "merge first and last into full_name as first || ' ' || last": (
        "merge_columns | columns=first, last | new_column=full_name | expression=first || ' ' || last",
    ),
    "merge first and last of users into full_name as first || ' ' || last": (
        "merge_columns | table=users | columns=first, last | new_column=full_name | expression=first || ' ' || last",
    ),
    "combine street and city in customers into address": (
        "merge_columns | table=customers | columns=street, city | new_column=address",
    ),
    # copy_column
    "copy users.email into email_backup": ("copy_column | table=users | column=email | new_column=email_backup",),
    "copy email to email_backup in users": ("copy_column | table=users | column=email | new_column=email_backup",),
    "duplicate the column email of users as email_backup": (
        "copy_column | table=users | column=email | new_column=email_backup",
    ),
    # deduplicate
    "remove duplicate users by email keeping the first": ("deduplicate | table=users | columns=email | keep=first",),
    "remove duplicates from users by email": ("deduplicate | table=users | columns=email",),
    "deduplicate orders by customer and number, keep the last": (
        "deduplicate | table=orders | columns=customer, number | keep=last",
    ),
    "delete duplicate rows in users with the same email": ("deduplicate | table=users | columns=email",),
    # move_rows
    "move rows from orders to orders_archive where created_at < '2020-01-01'": (
        "move_rows | table=orders | target=orders_archive | where=created_at < '2020-01-01' | delete_source=yes",
    ),
    "move all rows from a to b": ("move_rows | table=a | target=b | delete_source=yes",),
    "copy all rows from orders into orders_copy": ("move_rows | table=orders | target=orders_copy | delete_source=no",),
    "archive rows of orders where status = 'closed' into orders_old": (
        "move_rows | table=orders | target=orders_old | where=status = 'closed' | delete_source=yes",
    ),
    # several changes
    "add a role column to users and an index on it, then drop legacy_flag from users": (
        "add_column | table=users | column=role",
        "add_index | table=users | keys=role",
        "drop_column | table=users | column=legacy_flag",
    ),
    "rename users.email to email_address; make it not null": (
        "rename_column | table=users | column=email | new_name=email_address",
        "set_not_null | table=users | column=email_address",
    ),
    "In users, rename email to mail, then drop the column legacy": (
        "rename_column | table=users | column=email | new_name=mail",
        "drop_column | table=users | column=legacy",
    ),
    "drop users.a. Drop users.b. Drop orders.c.": (
        "drop_column | table=users | column=a",
        "drop_column | table=users | column=b",
        "drop_column | table=orders | column=c",
    ),
    "1. rename table users to people\n2. add an index on it by email": (
        "rename_table | table=users | new_name=people",
        "add_index | table=people | keys=email",
    ),
    "- make users.email unique\n- make it required": (
        "add_unique | table=users | columns=email",
        "set_not_null | table=users | column=email",
    ),
    "add a team_id column bigint to users, and it references teams(id)": (
        "add_column | table=users | column=team_id | type=bigint",
        "add_foreign_key | table=users | columns=team_id | ref_table=teams | ref_columns=id",
    ),
    "first set users.role to 'user' where role is null, then make users.role required, on production": (
        "set_values | table=users | assignments=role = 'user' | where=role is null | environment=production",
        "set_not_null | table=users | column=role",
    ),
    "add an email column to users and rename name to full_name in users": (
        "add_column | table=users | column=email",
        "rename_column | table=users | column=name | new_name=full_name",
    ),
    "add column x int to users and add column y text to users": (
        "add_column | table=users | column=x | type=int",
        "add_column | table=users | column=y | type=text",
    ),
    "drop the index users_email_idx and drop the column email from users with no downtime": (
        "drop_index | index=users_email_idx | downtime=none",
        "drop_column | table=users | column=email",
    ),
    "create a table tags with id bigint primary key, then add a comment 'labels' to it": (
        "create_table | table_name=tags | definition=id bigint primary key",
        "add_comment | table=tags | comment=labels",
    ),
    "add columns a and b to users": (
        "add_column | table=users | column=a",
        "add_column | table=users | column=b",
    ),
    "drop users.a because nobody reads it": ("drop_column | table=users | column=a | purpose=nobody reads it",),
}

PASTED: dict[str, tuple[str, ...]] = {
    "ALTER TABLE users DROP COLUMN role": ("drop_column | table=users | column=role",),
    "ALTER TABLE users ALTER COLUMN a TYPE bigint": ("change_type | table=users | column=a | type=bigint",),
    "ALTER TABLE users ADD COLUMN a int, ADD COLUMN b int": (
        "add_column | table=users | column=a | type=int | nullable=yes | default=none",
        "add_column | table=users | column=b | type=int | nullable=yes | default=none",
    ),
    "ALTER TABLE users ADD COLUMN role text; DROP TABLE old_users;": (
        "add_column | table=users | column=role | type=text | nullable=yes | default=none",
        "drop_table | table=old_users",
    ),
    "Please run this:\n```sql\nCREATE UNIQUE INDEX ON users (lower(email));\n```\nThanks!": (
        "add_index | table=users | keys=(lower(email)) | unique=yes | method=btree",
    ),
    "create view v as select 1": ("run_sql | sql=create view v as select 1",),
    "first run ALTER TABLE users RENAME COLUMN a TO b; then drop users.c": (
        "rename_column | table=users | column=a | new_name=b",
        "drop_column | table=users | column=c",
    ),
    "```\nALTER TABLE users ALTER COLUMN a SET NOT NULL;\nCOMMENT ON TABLE users IS 'people';\n```": (
        "set_not_null | table=users | column=a",
        "add_comment | table=users | comment=people",
    ),
    "UPDATE users SET role = 'x' WHERE id = 1": ("set_values | table=users | assignments=role = 'x' | where=id = 1",),
    "ALTER TYPE mood ADD VALUE 'ok' AFTER 'sad'": ("add_enum_value | enum=mood | value=ok | place=after sad",),
    "ALTER TABLE users ADD COLUMN a int REFERENCES roles (id)": (
        "add_column | table=users | column=a | type=int | nullable=yes | default=none",
        "add_foreign_key | table=users | columns=a | ref_table=roles | ref_columns=id | on_delete=no action",
    ),
    "ALTER TABLE users ADD COLUMN t int GENERATED ALWAYS AS (a + b) STORED": (
        "run_sql | sql=ALTER TABLE users ADD COLUMN t int GENERATED ALWAYS AS (a + b) STORED",
    ),
}

ASKED_BACK: dict[str, str] = {
    # two readings
    "rename a to b": "may mean a table or a column",
    "rename orders to purchases": "may mean a table or a column",
    "drop orders": "may mean a table or a column",
    "remove it": "which column “it” is",
    "move orders to archive": "another schema or another table",
    "orders.user_id references app.users": "the table users in the schema app",
    "set users.role to text": "two ways",
    "change users.total to money": "numeric(12,2)",
    "make users.total a number": "integer, bigint, or numeric",
    "add a money column called price to products": "numeric(12,2)",
    "set the default of users.owner to current_user": "the text or the role",
    # something is missing
    "add an index on users": "Which columns",
    "index users": "Which columns",
    "drop the index on users.email": "by its name",
    "add a check to orders": "What must be true",
    "add a unique constraint to users": "On which columns",
    "no two bookings of a room may overlap": "An exclusion is said by its elements",
    "bookings must not overlap": "An exclusion is said by its elements",
    "remove duplicates from users": "By which columns",
    "remove duplicate users by email keeping the newest": "by their key",
    "move rows older than 30 days from orders to orders_old": "Older by which column",
    "create a table tags with id, name": "Of which type",
    "add a partition to orders": "Which rows belong",
    "drop the partition orders_2020": "taken off first",
    # a word that refers to nothing
    "make it nullable": "which column “it” is",
    "index it": "which column “it” is",
    "drop users.email; make it not null": "which column “it” is",
    "copy users.email into email_backup, then drop it": "which column “it” is",
    "drop table users; add an index on that table by email": "which table “that table” is",
    # not understood, in part or as a whole
    "": "did not understand",
    "hello": "did not understand",
    "yes": "did not understand",
    "make users faster": "did not understand",
    "make users.email better": "did not understand",
    "drop the frobnicated column legacy from users": "did not understand",
    "drop column legacy from users with great care and love": "did not understand",
    "drop users.a and do something nice": "do not understand “do something nice”",
    "drop users.a, then frobnicate users.b": "do not understand “frobnicate users.b”",
    "index users by email quickly": "did not understand",
    "füge users eine Spalte hinzu": "did not understand",
    "set status to the right value in orders": "did not understand",
    "make orders.total numeric(12,2) or bigint": "did not understand",
    "add a role column to users and orders": "one column in one clause",
    "add a unique email column to users": "clause of its own",
    "add a column team_id bigint references teams to users": "clause of its own",
    "🙂": "did not understand",
    # a no, or a question
    "don't drop users.legacy": "as a no",
    "please do not rename users.email to mail": "as a no",
    "never delete the table users": "as a no",
    "why would I drop users.legacy?": "as a no, or as a question",
    "should I make users.email unique?": "as a no, or as a question",
    "what happens if I drop the column legacy from users?": "as a no, or as a question",
    "is it safe to drop users.legacy?": "as a no, or as a question",
    "can I drop users.legacy?": "as a no, or as a question",
    # kinds that there are not
    "upgrade to PostgreSQL 18": "Upgrading PostgreSQL",
    "migrate from sqlite to postgres": "Moving between databases",
    "import the data from mysql": "Moving between databases",
    "create a view active_users": "no kind of change that I know",
    "drop the trigger audit on users": "no kind of change that I know",
    "create an enum mood with sad and happy": "enumerated type",
    "remove the value 'closed' from the status enum": "rename the value",
    "rename the index a_idx to b_idx": "add a new one and drop the old",
    "rename the constraint a to b on users": "add a new one and drop the old",
    "create a schema app": "Schemas and databases",
    "drop the database shop": "Schemas and databases",
    "truncate orders": "Emptying a table",
    "delete all rows from orders": "Emptying a table",
    "insert a row into users": "Inserting rows",
    "vacuum orders": "keep a database well",
    "grant select on users to bob": "Rights are not something",
    "make users.id an identity column": "identity",
    "partition orders by month": "plain table partitioned",
    # SQL that is none
    "ALTER TABLE": "not read",
    "alter table users add column": "not read",
    "```sql\nALTER TABLE users ADD a in;;t x\n```": "not read",
}
"""What must be asked back or refused, with a piece of the reason."""

RUNNING: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # what is running, what is said, what is heard: `number kind | answers`
    ("add_column | table=users | column=role", "make it nullable after all", ("1 add_column | nullable=yes",)),
    ("add_column | table=users | column=role", "no, the orders table", ("1 add_column | table=orders",)),
    ("add_column | table=users | column=role", "call it user_role", ("1 add_column | column=user_role",)),
    ("add_column | table=users | column=role", "varchar(20) is enough", ("1 add_column | type=varchar(20)",)),
    ("add_column | table=users | column=role", "default 0, please", ("1 add_column | default=0",)),
    (
        "add_column | table=users | column=role",
        "also add an index on it",
        ("2 add_index | table=users | keys=role",),
    ),
    ("drop_column | table=users | column=a", "sorry, I meant the column b", ("1 drop_column | column=b",)),
    (
        "drop_column | table=users | column=a",
        "on staging, no downtime",
        ("1 drop_column | environment=staging | downtime=none",),
    ),
    ("rename_column | table=users | column=a | new_name=b", "call it c", ("1 rename_column | new_name=c",)),
    ("add_index | table=users | keys=email", "make the index unique", ("1 add_index | unique=yes",)),
    (
        "add_index | table=users | keys=email",
        "only where deleted_at is null",
        ("1 add_index | where=deleted_at is null",),
    ),
    ("add_index | table=users | keys=email", "using hash", ("1 add_index | method=hash",)),
    ("add_index | table=users | keys=email", "call it users_mail", ("1 add_index | index_name=users_mail",)),
    (
        "add_foreign_key | table=orders | columns=user_id | ref_table=users",
        "on delete cascade",
        ("1 add_foreign_key | on_delete=cascade",),
    ),
    ("deduplicate | table=users | columns=email", "keep the last", ("1 deduplicate | keep=last",)),
    (
        "change_type | table=users | column=id | type=integer",
        "make it bigint",
        ("1 change_type | table=users | column=id | type=bigint",),
    ),
    ("change_type | table=users | column=id | type=integer", "bigint", ("1 change_type | type=bigint",)),
    (
        "set_not_null | table=users | column=email",
        "make it nullable after all",
        ("1 drop_not_null | table=users | column=email",),
    ),
    ("set_not_null | table=users | column=email", "use '' where empty", ("1 set_not_null | fill=''",)),
    ("set_values | table=users | assignments=a = 1", "only where id > 5", ("1 set_values | where=id > 5",)),
    (
        "add_column | table=users | column=role + add_index | table=orders | keys=id",
        "call the index orders_id",
        ("2 add_index | index_name=orders_id",),
    ),
    ("drop_column | table=users | column=a", "and drop users.b too", ("2 drop_column | table=users | column=b",)),
    ("drop_column | table=users | column=a", "drop users.b", ("1 drop_column | table=users | column=b",)),
)
"""Words that add to what is running, or correct it."""
